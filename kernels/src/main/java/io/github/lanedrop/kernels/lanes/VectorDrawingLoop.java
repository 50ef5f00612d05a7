package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.EQ;
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
 * <p>Each round of Philox on four groups of eight blocks, in the lanes of {@link
 * io.github.lanedrop.rng.simd.PhiloxVectors}, is followed by sixteen vectors of elements: the CPU overlaps the two. With one
 * group it waited for the generator, each of whose rounds needs the one before. Groups, which move up, and vectors are loops
 * that C2 unrolls: so what it has to inline stands once, and it does not reach its limit of nodes.
 */
final class VectorDrawingLoop implements DrawingLoop {
    private static final DrawingData DATA = Specialised.data(MethodHandles.lookup(), DrawingData.class);
    private static final Operation OPERATION = DATA.operation();
    private static final boolean BIAS = DATA.before() != Before.NOTHING;
    private static final boolean RELU = DATA.before() == Before.BIAS_RELU;
    private static final Class<?> MEMORY = DATA.memory();
    /** Exchanges kept and dropped. */
    private static final int INVERSION = OPERATION.inverted() ? -1 : 0;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    private static final long VECTOR_BYTES = 64;
    private static final int PAIR_BITS_BYTES = 4;
    private static final int GROUPS = 4;
    private static final int GROUP_BLOCKS = BLOCKS / GROUPS;
    private static final int GROUP_BYTES = GROUP_BLOCKS * Philox4x32.BLOCK_BYTES;
    /** A constant, so that C2 sees without a check in the loop that all accesses lie within. */
    private static final long SLICE = (long) ELEMENTS * Float.BYTES;

    /** The first two rounds are done before the loop. */
    private static final int MOST_ROUNDS = Philox4x32.ROUNDS - 2;
    /** Pairs of vectors of elements in a round. */
    private static final int PAIRS = (int) (SLICE / (2 * VECTOR_BYTES) / MOST_ROUNDS);

    /** Not final: C2 would unroll a constant number of rounds. */
    @SuppressWarnings("NonFinalStaticField")
    private static int rounds = MOST_ROUNDS;

    private static final long LOW = 0xFFFFFFFFL;
    private static final long HIGH = 0xFFFFFFFF00000000L;
    /** How much greater the product of the first round is in each lane than in the first. */
    private static final LongVector PRODUCT_OF_LANE =
            LongVector.zero(LONGS).addIndex(1).mul(Philox4x32.M0 & LOW);

    private static final LongVector PRODUCT_OF_GROUP =
            LongVector.broadcast(LONGS, GROUP_BLOCKS * (Philox4x32.M0 & LOW));
    /** The multipliers. Shifted where they are used, not masked: C2 multiplies 32 bits by 32 only where it sees that. */
    private static final LongVector HIGH_M0 = LongVector.broadcast(LONGS, (long) Philox4x32.M0 << 32);

    private static final LongVector HIGH_M1 = LongVector.broadcast(LONGS, (long) Philox4x32.M1 << 32);
    /** Where the bytes of the first half of a group's blocks are, in c0 above c1 and c2 above c3 of all of them. */
    private static final ByteVector FIRST_BLOCKS = bytesOfBlocks(0);

    private static final ByteVector LAST_BLOCKS = bytesOfBlocks(LONGS.length() / 2);

    private static ByteVector bytesOfBlocks(int first) {
        byte[] at = new byte[BYTES.length()];
        for (int i = 0; i < at.length; i++) {
            int block = first + i / Philox4x32.BLOCK_BYTES;
            int word = i / Integer.BYTES % 4;
            int lane = word / 2 * LONGS.length() + block;
            at[i] = (byte) (lane * Long.BYTES + (1 - word % 2) * Integer.BYTES + i % Integer.BYTES);
        }
        return ByteVector.fromArray(BYTES, at, 0);
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
        LongVector firstC23 = LongVector.broadcast(LONGS, (counterHigh ^ key) & HIGH);
        LongVector secondC01 = LongVector.broadcast(LONGS, (product1 ^ (key + Philox4x32.W0)) << 32);
        LongVector secondC23 = LongVector.broadcast(LONGS, product0 ^ ((key + ((long) Philox4x32.W1 << 32)) & HIGH));
        LongVector p0 = PRODUCT_OF_LANE.add((Philox4x32.M0 & LOW) * (counterLow & LOW));
        LongVector a01 = secondC01;
        LongVector b01 = secondC01;
        LongVector c01 = secondC01;
        LongVector d01 = secondC01;
        LongVector a23 = secondC23;
        LongVector b23 = secondC23;
        LongVector c23 = secondC23;
        LongVector d23 = secondC23;
        for (int group = 0; group < GROUPS; group++) {
            LongVector p1 = p0.lanewise(XOR, firstC23).lanewise(LSHR, 32).mul(m1);
            a01 = b01;
            b01 = c01;
            c01 = d01;
            d01 = p1.lanewise(XOR, secondC01);
            a23 = b23;
            b23 = c23;
            c23 = d23;
            d23 = p0.lanewise(LSHL, 32).lanewise(XOR, secondC23);
            p0 = p0.add(PRODUCT_OF_GROUP);
        }
        LongVector k0 = LongVector.broadcast(LONGS, (key + (2L * Philox4x32.W0)) << 32);
        LongVector k1 = LongVector.broadcast(LONGS, (key & HIGH) + ((2L * Philox4x32.W1) << 32));
        FloatVector x = FloatVector.fromMemorySegment(FLOATS, from, 0, ORDER);
        for (int round = 0; round < Math.min(rounds, MOST_ROUNDS); round++) {
            for (int group = 0; group < GROUPS; group++) {
                p0 = a01.lanewise(LSHR, 32).mul(m0);
                LongVector p1 = a23.lanewise(LSHR, 32).mul(m1);
                LongVector next01 = p1.lanewise(XOR, a01.lanewise(LSHL, 32)).lanewise(XOR, k0);
                LongVector next23 = p0.lanewise(XOR, a23.lanewise(LSHL, 32)).lanewise(XOR, k1);
                a01 = b01;
                b01 = c01;
                c01 = d01;
                d01 = next01;
                a23 = b23;
                b23 = c23;
                c23 = d23;
                d23 = next23;
            }
            k0 = k0.add((long) Philox4x32.W0 << 32); // bumpKey
            k1 = k1.add((long) Philox4x32.W1 << 32);
            long roundAt = 2 * VECTOR_BYTES * PAIRS * round;
            int roundBits = bitsAt + PAIRS * PAIR_BITS_BYTES * round;
            for (int pair = 0; pair < PAIRS; pair++) { // from a constant on, or C2 does not unroll it
                int kept = (int) INT.get(bits, roundBits + PAIR_BITS_BYTES * pair) ^ INVERSION;
                IntVector copies = IntVector.broadcast(INTS, kept);
                IntVector bit = VectorKeepBits.BIT;
                for (int v = 0; v < 2; v++) {
                    long at = roundAt + VECTOR_BYTES * (2 * pair + v);
                    FloatVector y = x;
                    // loaded before this vector's store: on some CPUs a load waits for one to an address with the same
                    // lowest 12 bits, and where an allocator puts dst behind src, that is to the vector after
                    x = FloatVector.fromMemorySegment(
                            FLOATS, from, Math.min(at + VECTOR_BYTES, SLICE - VECTOR_BYTES), ORDER);
                    y = BIAS ? y.add(FloatVector.fromMemorySegment(FLOATS, row, at, ORDER)) : y;
                    y = RELU ? y.blend(ZERO, y.compare(LE, ZERO)) : y;
                    y = OPERATION.scales() ? y.mul(va) : y;
                    y = OPERATION.shifts() ? y.add(vb) : y;
                    VectorMask<Float> mask = BIAS // then the faster one has too many nodes
                            ? VectorMask.fromLong(FLOATS, kept >>> (FLOATS.length() * v))
                            : copies.and(bit).compare(EQ, bit).cast(FLOATS);
                    otherwise.blend(y, mask).intoMemorySegment(to, at, ORDER);
                    bit = VectorKeepBits.NEXT_BIT;
                }
            }
        }
        for (int group = 0; group < GROUPS; group++) {
            ByteVector blocks = FIRST_BLOCKS;
            for (int half = 0; half < 2; half++) {
                // once for each half: in some JVMs what is reinterpreted before a loop and used in it is boxed
                ByteVector bytes01 = (ByteVector) a01.reinterpretShape(BYTES, 0);
                ByteVector bytes23 = (ByteVector) a23.reinterpretShape(BYTES, 0);
                blocks.selectFrom(bytes01, bytes23)
                        .intoArray(stream, streamAt + group * GROUP_BYTES + half * GROUP_BYTES / 2);
                blocks = LAST_BLOCKS;
            }
            a01 = b01;
            b01 = c01;
            c01 = d01;
            a23 = b23;
            b23 = c23;
            c23 = d23;
        }
    }
}
