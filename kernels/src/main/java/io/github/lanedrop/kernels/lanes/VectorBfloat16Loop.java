package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static io.github.lanedrop.rng.simd.Lanes.SHORTS;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.UGT;

import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The template of {@link SegmentLoop} for bfloat16, see {@link Specialised}.
 *
 * <p>A vector is taken as ints, pairs of elements: the even ones in the lower halves, the odd ones in the upper. Each half
 * is widened by a shift or a mask, and the results are put together the same way and rounded; nothing crosses lanes.
 */
final class VectorBfloat16Loop implements SegmentLoop {
    private static final VectorLoopData DATA = Specialised.data(MethodHandles.lookup(), VectorLoopData.class);
    private static final VectorOperation OPERATION = DATA.operation();
    private static final boolean HAS_OPERAND = DATA.hasOperand();
    private static final Class<?> MEMORY = DATA.memory();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int LANES = FLOATS.length();
    /** Elements that one vector of ints holds. */
    private static final int PAIRS = 2 * LANES;

    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    private static final int UPPER = 0xFFFF0000;
    private static final short HALF = (short) 0x8000;
    private static final long EVEN = 0x5555555555555555L;
    /** Moves the bit of the even element of each lane to the sign. */
    private static final IntVector TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(2));

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
        FloatVector va = FloatVector.broadcast(FLOATS, (float) a);
        FloatVector vb = FloatVector.broadcast(FLOATS, (float) b);
        FloatVector vc = FloatVector.broadcast(FLOATS, (float) c);
        IntVector x;
        IntVector y;
        IntVector even;
        IntVector odd;
        ShortVector upper;
        ShortVector lower;
        int i = 0;
        for (; i <= elements - PAIRS; i += PAIRS) {
            long kept = (long) LONG.get(bits, bitsAt + (i >>> 3));
            long at = firstByte + (long) Short.BYTES * i;
            x = ShortVector.fromMemorySegment(SHORTS, src, at, ORDER).reinterpretAsInts();
            y = HAS_OPERAND
                    ? ShortVector.fromMemorySegment(SHORTS, operand, at, ORDER).reinterpretAsInts()
                    : x;
            even = OPERATION
                    .apply(
                            x.lanewise(LSHL, 16).reinterpretAsFloats(),
                            y.lanewise(LSHL, 16).reinterpretAsFloats(),
                            evenMask(kept),
                            va,
                            vb,
                            vc,
                            ZERO)
                    .reinterpretAsInts();
            odd = OPERATION
                    .apply(
                            x.and(UPPER).reinterpretAsFloats(),
                            y.and(UPPER).reinterpretAsFloats(),
                            evenMask(kept >>> 1),
                            va,
                            vb,
                            vc,
                            ZERO)
                    .reinterpretAsInts();
            // the upper halves are the results cut off; above one half, ties to even, they are one too small
            upper = odd.and(UPPER).or(even.lanewise(LSHR, 16)).reinterpretAsShorts();
            lower = odd.lanewise(LSHL, 16).or(even.and(~UPPER)).reinterpretAsShorts();
            upper.add((short) 1, lower.or(upper.and((short) 1)).compare(UGT, HALF))
                    .intoMemorySegment(dst, at, ORDER);
        }
        return i;
    }

    private static VectorMask<Float> evenMask(long kept) {
        if (Simd.MASK_REGISTERS) {
            return VectorMask.fromLong(FLOATS, Long.compress(kept, EVEN));
        }
        return IntVector.broadcast(INTS, (int) kept)
                .lanewise(LSHL, TO_SIGN)
                .compare(VectorOperators.LT, 0)
                .cast(FLOATS);
    }
}
