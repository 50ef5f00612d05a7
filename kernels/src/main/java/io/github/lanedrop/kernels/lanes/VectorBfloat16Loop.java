package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static io.github.lanedrop.rng.simd.Lanes.SHORTS;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.UGT;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;

/**
 * The template of {@link SegmentLoop} for bfloat16, see {@link Specialised}.
 *
 * <p>A vector is taken as ints, pairs of elements: the even ones in the lower halves, the odd ones in the upper. Each half
 * is widened by a shift or a mask, and the results are put together the same way and rounded; nothing crosses lanes.
 */
final class VectorBfloat16Loop implements SegmentLoop {
    private static final LoopData DATA = Specialised.data(MethodHandles.lookup(), LoopData.class);
    private static final Operation OPERATION = DATA.operation();
    private static final Class<?> MEMORY = DATA.memory();
    private static final boolean MIXED = DATA.fate() == Fate.MIXED;
    private static final boolean ALL_KEPT = DATA.allSelected(Fate.KEPT);
    private static final boolean ALL_DROPPED = DATA.allSelected(Fate.DROPPED);
    /** Exchanges kept and dropped. */
    private static final long INVERSION = OPERATION.inverted() ? -1 : 0;

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
        FloatVector y;
        FloatVector other;
        FloatVector otherwise;
        VectorMask<Float> kept;
        int i = 0;
        for (; i <= elements - PAIRS; i += PAIRS) {
            long keepBits = MIXED ? (long) LONG.get(bits, bitsAt + (i >>> 3)) ^ INVERSION : 0;
            long at = firstByte + (long) Short.BYTES * i;
            IntVector x = (IntVector)
                    ShortVector.fromMemorySegment(SHORTS, src, at, ORDER).reinterpretShape(INTS, 0);
            IntVector o = OPERATION.hasOperand()
                    ? (IntVector) ShortVector.fromMemorySegment(SHORTS, operand, at, ORDER)
                            .reinterpretShape(INTS, 0)
                    : x;
            if (Simd.MASK_REGISTERS) {
                kept = VectorMask.fromLong(FLOATS, Long.compress(keepBits, EVEN));
            } else {
                kept = IntVector.broadcast(INTS, (int) keepBits)
                        .lanewise(LSHL, TO_SIGN)
                        .compare(LT, 0)
                        .cast(FLOATS);
            }
            y = x.lanewise(LSHL, 16).viewAsFloatingLanes();
            other = o.lanewise(LSHL, 16).viewAsFloatingLanes();
            y = OPERATION.scales() ? y.mul(va) : y;
            y = OPERATION.shifts() ? y.add(vb) : y;
            otherwise = OPERATION.otherwise() == Otherwise.OPERAND
                    ? other
                    : OPERATION.otherwise() == Otherwise.CONSTANT ? vc : ZERO;
            y = ALL_KEPT ? y : ALL_DROPPED ? otherwise : otherwise.blend(y, kept);
            y = OPERATION.addsOperand() ? other.add(y) : y;
            IntVector even = y.viewAsIntegralLanes();
            if (Simd.MASK_REGISTERS) {
                kept = VectorMask.fromLong(FLOATS, Long.compress(keepBits >>> 1, EVEN));
            } else {
                kept = IntVector.broadcast(INTS, (int) (keepBits >>> 1))
                        .lanewise(LSHL, TO_SIGN)
                        .compare(LT, 0)
                        .cast(FLOATS);
            }
            y = x.and(UPPER).viewAsFloatingLanes();
            other = o.and(UPPER).viewAsFloatingLanes();
            y = OPERATION.scales() ? y.mul(va) : y;
            y = OPERATION.shifts() ? y.add(vb) : y;
            otherwise = OPERATION.otherwise() == Otherwise.OPERAND
                    ? other
                    : OPERATION.otherwise() == Otherwise.CONSTANT ? vc : ZERO;
            y = ALL_KEPT ? y : ALL_DROPPED ? otherwise : otherwise.blend(y, kept);
            y = OPERATION.addsOperand() ? other.add(y) : y;
            IntVector odd = y.viewAsIntegralLanes();
            // the upper halves are the results cut off; above one half, ties to even, they are one too small
            ShortVector upper =
                    (ShortVector) odd.and(UPPER).or(even.lanewise(LSHR, 16)).reinterpretShape(SHORTS, 0);
            ShortVector lower =
                    (ShortVector) odd.lanewise(LSHL, 16).or(even.and(~UPPER)).reinterpretShape(SHORTS, 0);
            upper.add((short) 1, lower.or(upper.and((short) 1)).compare(UGT, HALF))
                    .intoMemorySegment(dst, at, ORDER);
        }
        return i;
    }
}
