package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.DOUBLES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The template of {@link SegmentLoop} for floats and doubles, see {@link Specialised}. */
final class VectorSegmentLoop implements SegmentLoop {
    private static final VectorLoopData DATA = Specialised.data(MethodHandles.lookup(), VectorLoopData.class);
    private static final VectorOperation OPERATION = DATA.operation();
    private static final boolean HAS_OPERAND = DATA.hasOperand();
    private static final Class<?> MEMORY = DATA.memory();
    private static final boolean DOUBLES_STORED = DATA.doubles();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    @SuppressWarnings("unchecked") // floats or doubles, told apart by a constant where it matters
    private static final VectorSpecies<Number> SPECIES =
            (VectorSpecies<Number>) (VectorSpecies<?>) (DOUBLES_STORED ? DOUBLES : FLOATS);

    private static final int LANES = SPECIES.length();
    private static final long BYTES = SPECIES.vectorByteSize();
    private static final int ELEMENT_BYTES = SPECIES.elementSize() / Byte.SIZE;
    private static final Vector<Number> ZERO = SPECIES.zero();

    /** Move the bit of each lane to the sign. */
    private static final IntVector INT_TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    private static final LongVector LONG_TO_SIGN =
            LongVector.broadcast(LONGS, 63).sub(LongVector.zero(LONGS).addIndex(1));

    // Four vectors an iteration: 186 ns for 4,096 floats in L1; one: 211; a loop of four inside: 250; copying: 164.
    // Written out, since above 325 bytes C2 compiles this by itself; inlined into its callers it would meet C2's limit
    // of
    // nodes, past which the operation is called and every vector boxed.
    @Override
    public int run(
            MemorySegment src,
            MemorySegment operand,
            MemorySegment dst,
            long firstByte,
            int elements,
            byte[] bits,
            int bitsAt,
            double a,
            double b,
            double c) {
        if (src.getClass() != MEMORY || operand.getClass() != MEMORY || dst.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        Vector<Number> va = broadcast(a);
        Vector<Number> vb = broadcast(b);
        Vector<Number> vc = broadcast(c);
        Vector<Number> x;
        Vector<Number> y;
        int i = 0;
        for (; i <= elements - 4 * LANES; i += 4 * LANES) {
            long kept = (long) LONG.get(bits, bitsAt + (i >>> 3)) >>> (i & 7);
            long at = firstByte + (long) ELEMENT_BYTES * i;
            x = SPECIES.fromMemorySegment(src, at, ORDER);
            y = HAS_OPERAND ? SPECIES.fromMemorySegment(operand, at, ORDER) : x;
            OPERATION.apply(x, y, mask(kept), va, vb, vc, ZERO).intoMemorySegment(dst, at, ORDER);
            x = SPECIES.fromMemorySegment(src, at + BYTES, ORDER);
            y = HAS_OPERAND ? SPECIES.fromMemorySegment(operand, at + BYTES, ORDER) : x;
            OPERATION.apply(x, y, mask(kept >>> LANES), va, vb, vc, ZERO).intoMemorySegment(dst, at + BYTES, ORDER);
            x = SPECIES.fromMemorySegment(src, at + 2 * BYTES, ORDER);
            y = HAS_OPERAND ? SPECIES.fromMemorySegment(operand, at + 2 * BYTES, ORDER) : x;
            OPERATION
                    .apply(x, y, mask(kept >>> (2 * LANES)), va, vb, vc, ZERO)
                    .intoMemorySegment(dst, at + 2 * BYTES, ORDER);
            x = SPECIES.fromMemorySegment(src, at + 3 * BYTES, ORDER);
            y = HAS_OPERAND ? SPECIES.fromMemorySegment(operand, at + 3 * BYTES, ORDER) : x;
            OPERATION
                    .apply(x, y, mask(kept >>> (3 * LANES)), va, vb, vc, ZERO)
                    .intoMemorySegment(dst, at + 3 * BYTES, ORDER);
        }
        for (; i <= elements - LANES; i += LANES) {
            long kept = (long) LONG.get(bits, bitsAt + (i >>> 3)) >>> (i & 7);
            long at = firstByte + (long) ELEMENT_BYTES * i;
            x = SPECIES.fromMemorySegment(src, at, ORDER);
            y = HAS_OPERAND ? SPECIES.fromMemorySegment(operand, at, ORDER) : x;
            OPERATION.apply(x, y, mask(kept), va, vb, vc, ZERO).intoMemorySegment(dst, at, ORDER);
        }
        return i;
    }

    @SuppressWarnings("unchecked")
    private static Vector<Number> broadcast(double value) {
        return (Vector<Number>) (Vector<?>)
                (DOUBLES_STORED
                        ? DoubleVector.broadcast(DOUBLES, value)
                        : FloatVector.broadcast(FLOATS, (float) value));
    }

    private static VectorMask<Number> mask(long kept) {
        if (Simd.MASK_REGISTERS) {
            return VectorMask.fromLong(SPECIES, kept);
        }
        // without mask registers a long becomes a mask lane by lane; shifting its bits to the sign is one instruction
        return DOUBLES_STORED
                ? LongVector.broadcast(LONGS, kept)
                        .lanewise(VectorOperators.LSHL, LONG_TO_SIGN)
                        .compare(VectorOperators.LT, 0)
                        .cast(SPECIES)
                : IntVector.broadcast(INTS, (int) kept)
                        .lanewise(VectorOperators.LSHL, INT_TO_SIGN)
                        .compare(VectorOperators.LT, 0)
                        .cast(SPECIES);
    }
}
