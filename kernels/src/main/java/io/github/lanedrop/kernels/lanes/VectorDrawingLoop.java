package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/**
 * The template of {@link DrawingLoop} at 512 bits, see {@link Specialised}; for operations without operand.
 *
 * <p>Each round of Philox on a group of eight blocks, in the lanes of {@link
 * io.github.lanedrop.rng.simd.PhiloxVectors}, is followed by four vectors of elements: little enough for the CPU to
 * overlap the two. The four are a loop in which they move up, which C2 unrolls: so what it has to inline stands once, and it
 * does not reach its limit of nodes.
 */
final class VectorDrawingLoop implements DrawingLoop {
    private static final DrawingData DATA = Specialised.data(MethodHandles.lookup(), DrawingData.class);
    private static final Operation OPERATION = DATA.operation();
    private static final boolean BIAS = DATA.before() != Before.NOTHING;
    private static final boolean RELU = DATA.before() == Before.BIAS_RELU;
    private static final Class<?> MEMORY = DATA.memory();
    /** Exchanges kept and dropped. */
    private static final long INVERSION = OPERATION.inverted() ? -1 : 0;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    private static final long VECTOR_BYTES = 64;
    /** Of elements, in a round. */
    private static final int VECTORS = 4;
    /** A constant, so that C2 sees without a check in the loop that all accesses lie within. */
    private static final long SLICE = (long) ELEMENTS * Float.BYTES;

    /** The first two rounds are done before the loop. */
    private static final int MOST_ROUNDS = Philox4x32.ROUNDS - 2;
    /** Not final: C2 would unroll a constant number of rounds. */
    @SuppressWarnings("NonFinalStaticField")
    private static int rounds = MOST_ROUNDS;

    private static final long LOW = 0xFFFFFFFFL;
    private static final long HIGH = 0xFFFFFFFF00000000L;
    /** How much greater the product of the first round is in each lane than in the first. */
    private static final LongVector PRODUCT_OF_LANE =
            LongVector.zero(LONGS).addIndex(1).mul(Philox4x32.M0 & LOW);
    /** The multipliers. Shifted where they are used, not masked: C2 multiplies 32 bits by 32 only where it sees that. */
    private static final LongVector HIGH_M0 = LongVector.broadcast(LONGS, (long) Philox4x32.M0 << 32);

    private static final LongVector HIGH_M1 = LongVector.broadcast(LONGS, (long) Philox4x32.M1 << 32);
    /** Where the words of the first half of a group's blocks are, in c0 above c1 and c2 above c3 of all of them. */
    private static final IntVector FIRST_BLOCKS = wordsOfBlocks(0);

    private static final IntVector LAST_BLOCKS = wordsOfBlocks(LONGS.length() / 2);

    private static IntVector wordsOfBlocks(int first) {
        int[] at = new int[INTS.length()];
        for (int i = 0; i < at.length; i++) {
            int word = i % 4;
            at[i] = (word / 2 * INTS.length()) + (2 * (first + (i / 4))) + (1 - (word % 2));
        }
        return IntVector.fromArray(INTS, at, 0);
    }

    // No helper methods: C2 gives up inlining them at its node count, and then boxes every vector.
    @Override
    public void run(
            long key,
            long counterHigh,
            long counterLow,
            byte[] stream,
            int streamAt,
            MemorySegment src,
            MemorySegment bias,
            long biasByte,
            MemorySegment dst,
            long firstByte,
            byte[] bits,
            int bitsAt,
            double a,
            double b,
            double c) {
        if (src.getClass() != MEMORY || bias.getClass() != MEMORY || dst.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        MemorySegment from = src.asSlice(firstByte, SLICE);
        MemorySegment row = BIAS ? bias.asSlice(biasByte, SLICE) : from;
        MemorySegment to = dst.asSlice(firstByte, SLICE);
        FloatVector va = FloatVector.broadcast(FLOATS, (float) a);
        FloatVector vb = OPERATION.shifts() ? FloatVector.broadcast(FLOATS, (float) b) : va;
        FloatVector otherwise =
                OPERATION.otherwise() == Otherwise.CONSTANT ? FloatVector.broadcast(FLOATS, (float) c) : ZERO;
        LongVector m0 = HIGH_M0.lanewise(LSHR, 32);
        LongVector m1 = HIGH_M1.lanewise(LSHR, 32);
        long product1 = (Philox4x32.M1 & LOW) * (counterHigh & LOW);
        long product0 = (Philox4x32.M0 & LOW) * ((product1 ^ counterLow ^ (key << 32)) >>> 32);
        LongVector p0 = PRODUCT_OF_LANE.add((Philox4x32.M0 & LOW) * (counterLow & LOW));
        LongVector p1 = p0.lanewise(XOR, LongVector.broadcast(LONGS, (counterHigh ^ key) & HIGH))
                .lanewise(LSHR, 32)
                .mul(m1);
        LongVector c01 = p1.lanewise(XOR, LongVector.broadcast(LONGS, (product1 ^ (key + Philox4x32.W0)) << 32));
        long secondC23 = product0 ^ ((key + ((long) Philox4x32.W1 << 32)) & HIGH);
        LongVector c23 = p0.lanewise(LSHL, 32).lanewise(XOR, LongVector.broadcast(LONGS, secondC23));
        LongVector k0 = LongVector.broadcast(LONGS, (key + (2L * Philox4x32.W0)) << 32);
        LongVector k1 = LongVector.broadcast(LONGS, (key & HIGH) + ((2L * Philox4x32.W1) << 32));
        FloatVector x0 = va;
        FloatVector x1 = va;
        FloatVector x2 = va;
        FloatVector x3 = va;
        for (int v = 0; v < VECTORS; v++) {
            x0 = x1;
            x1 = x2;
            x2 = x3;
            x3 = FloatVector.fromMemorySegment(FLOATS, from, v * VECTOR_BYTES, ORDER);
        }
        for (int round = 0; round < Math.min(rounds, MOST_ROUNDS); round++) {
            long at = VECTORS * VECTOR_BYTES * round;
            p0 = c01.lanewise(LSHR, 32).mul(m0);
            p1 = c23.lanewise(LSHR, 32).mul(m1);
            c01 = p1.lanewise(XOR, c01.lanewise(LSHL, 32)).lanewise(XOR, k0);
            c23 = p0.lanewise(XOR, c23.lanewise(LSHL, 32)).lanewise(XOR, k1);
            k0 = k0.add((long) Philox4x32.W0 << 32); // bumpKey
            k1 = k1.add((long) Philox4x32.W1 << 32);
            long keepBits = (long) LONG.get(bits, bitsAt + 8 * round) ^ INVERSION;
            // loaded before this round's stores: a load would wait for those to an address with the same lowest 12
            // bits, and where an allocator puts dst behind src, they are to the vector after
            long next = Math.min(at + VECTORS * VECTOR_BYTES, SLICE - VECTORS * VECTOR_BYTES);
            FloatVector next0 = x0;
            FloatVector next1 = x0;
            FloatVector next2 = x0;
            FloatVector next3 = x0;
            for (int v = 0; v < VECTORS; v++) {
                next0 = next1;
                next1 = next2;
                next2 = next3;
                next3 = FloatVector.fromMemorySegment(FLOATS, from, next + v * VECTOR_BYTES, ORDER);
            }
            for (int v = 0; v < VECTORS; v++) {
                FloatVector y = x0;
                x0 = x1;
                x1 = x2;
                x2 = x3;
                y = BIAS ? y.add(FloatVector.fromMemorySegment(FLOATS, row, at + v * VECTOR_BYTES, ORDER)) : y;
                y = RELU ? y.blend(ZERO, y.compare(LE, ZERO)) : y;
                y = OPERATION.scales() ? y.mul(va) : y;
                y = OPERATION.shifts() ? y.add(vb) : y;
                otherwise
                        .blend(y, VectorMask.fromLong(FLOATS, keepBits >>> (16 * v)))
                        .intoMemorySegment(to, at + v * VECTOR_BYTES, ORDER);
            }
            x0 = next0;
            x1 = next1;
            x2 = next2;
            x3 = next3;
        }
        IntVector words01 = (IntVector) c01.reinterpretShape(INTS, 0);
        IntVector words23 = (IntVector) c23.reinterpretShape(INTS, 0);
        ((ByteVector) FIRST_BLOCKS.selectFrom(words01, words23).reinterpretShape(BYTES, 0)).intoArray(stream, streamAt);
        ((ByteVector) LAST_BLOCKS.selectFrom(words01, words23).reinterpretShape(BYTES, 0))
                .intoArray(stream, streamAt + BYTES.length());
    }
}
