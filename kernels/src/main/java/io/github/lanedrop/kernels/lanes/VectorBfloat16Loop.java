package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static io.github.lanedrop.rng.simd.Lanes.SHORTS;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.UGT;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;

/**
 * The template of {@link SegmentLoop} for bfloat16, see {@link Specialised}.
 *
 * <p>A vector is taken as ints, pairs of elements: the even ones in the lower halves, the odd ones in the upper. Each half
 * is widened by a shift or a mask, and the results are put together and rounded.
 */
final class VectorBfloat16Loop implements SegmentLoop {
    private static final LoopData DATA = Specialised.data(MethodHandles.lookup(), LoopData.class);
    private static final Operation OPERATION = DATA.operation();
    private static final Class<?> MEMORY = DATA.memory();
    private static final boolean MIXED = DATA.fate() == Fate.MIXED;
    private static final boolean ALL_KEPT = DATA.allSelected(Fate.KEPT);
    private static final boolean ALL_DROPPED = DATA.allSelected(Fate.DROPPED);
    /** Exchanges kept and dropped. */
    private static final int INVERSION = OPERATION.inverted() ? -1 : 0;

    private static final int LANES = FLOATS.length();
    /** Elements that one vector of ints holds. */
    private static final int PAIRS = 2 * LANES;

    private static final int PAIRS_BITS_BYTES = PAIRS / Byte.SIZE;
    private static final int VECTOR_BYTES = PAIRS * Short.BYTES;
    /** Whether elements keep their bits, so that nothing is rounded. */
    private static final boolean COPIES = !OPERATION.scales() && !OPERATION.shifts() && !OPERATION.addsOperand();
    /** Whether the mask is of halves, before the operand is added, and not of the results. */
    private static final boolean SELECTS_HALVES = !Simd.MASK_REGISTERS || OPERATION.addsOperand();
    /** Where the upper 16 bits of all results are, in the even ones followed by the odd ones. */
    private static final ShortVector UPPER_BITS = bitsOfResults(1);

    private static final ShortVector LOWER_BITS = bitsOfResults(0);

    private static ShortVector bitsOfResults(int half) {
        short[] at = new short[SHORTS.length()];
        for (int i = 0; i < at.length; i++) {
            at[i] = (short) (i % 2 * at.length + (i & ~1) + half);
        }
        return ShortVector.fromArray(SHORTS, at, 0);
    }

    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    // as vectors, since an operation with a number takes 270 of C2's nodes more than one with a constant vector
    private static final IntVector UPPER = IntVector.broadcast(INTS, 0xFFFF0000);
    private static final IntVector LOWER = IntVector.broadcast(INTS, 0x0000FFFF);
    private static final ShortVector HALF = ShortVector.broadcast(SHORTS, (short) 0x8000);
    private static final ShortVector ONE = ShortVector.broadcast(SHORTS, (short) 1);
    private static final long EVEN = 0x5555555555555555L;
    /** The bit of the even element of each lane, which is kept where it is set: a shift to the sign takes 900 nodes more. */
    private static final IntVector EVEN_BIT = keepBits(0);
    /** The same for the odd one. */
    private static final IntVector ODD_BIT = keepBits(1);

    private static IntVector keepBits(int half) {
        int[] bits = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            bits[lane] = 1 << (2 * lane + half);
        }
        return IntVector.fromArray(INTS, bits, 0);
    }

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
        ShortVector constant = OPERATION.otherwise() == Otherwise.CONSTANT
                ? ShortVector.broadcast(SHORTS, Bfloat16.fromFloat((float) c))
                : ShortVector.zero(SHORTS);
        FloatVector y;
        FloatVector other;
        FloatVector otherwise;
        VectorMask<Float> kept;
        int bitsBytes = elements / PAIRS * PAIRS_BITS_BYTES;
        // counts bytes of keep bits, so that C2 takes the check of their index out of the loop
        for (int j = 0; j < bitsBytes; j += PAIRS_BITS_BYTES) {
            int keepBits = MIXED ? VectorKeepBits.ofBytes(bits, bitsAt + j, PAIRS_BITS_BYTES) ^ INVERSION : 0;
            long at = firstByte + (long) VECTOR_BYTES / PAIRS_BITS_BYTES * j;
            ShortVector both = ShortVector.fromMemorySegment(SHORTS, src, at, ORDER);
            ShortVector otherBoth =
                    OPERATION.hasOperand() ? ShortVector.fromMemorySegment(SHORTS, operand, at, ORDER) : both;
            IntVector x = (IntVector) both.reinterpretShape(INTS, 0);
            IntVector o = (IntVector) otherBoth.reinterpretShape(INTS, 0);
            IntVector bitsOfAll = Simd.MASK_REGISTERS ? x : IntVector.broadcast(INTS, keepBits);
            y = x.lanewise(LSHL, 16).viewAsFloatingLanes();
            other = o.lanewise(LSHL, 16).viewAsFloatingLanes();
            y = OPERATION.scales() ? y.mul(va) : y;
            y = OPERATION.shifts() ? y.add(vb) : y;
            if (SELECTS_HALVES) {
                if (Simd.MASK_REGISTERS) {
                    kept = VectorMask.fromLong(FLOATS, Long.compress(keepBits, EVEN));
                } else {
                    kept = bitsOfAll.and(EVEN_BIT).compare(EQ, EVEN_BIT).cast(FLOATS);
                }
                otherwise = OPERATION.otherwise() == Otherwise.OPERAND
                        ? other
                        : OPERATION.otherwise() == Otherwise.CONSTANT ? vc : ZERO;
                y = ALL_KEPT ? y : ALL_DROPPED ? otherwise : otherwise.blend(y, kept);
                other = OPERATION.scalesOperand() ? other.mul(vb) : other;
                y = OPERATION.addsOperand() ? other.add(y) : y;
            }
            IntVector even = y.viewAsIntegralLanes();
            y = x.and(UPPER).viewAsFloatingLanes();
            other = o.and(UPPER).viewAsFloatingLanes();
            y = OPERATION.scales() ? y.mul(va) : y;
            y = OPERATION.shifts() ? y.add(vb) : y;
            if (SELECTS_HALVES) {
                if (Simd.MASK_REGISTERS) {
                    kept = VectorMask.fromLong(FLOATS, Long.compress(keepBits >>> 1, EVEN));
                } else {
                    kept = bitsOfAll.and(ODD_BIT).compare(EQ, ODD_BIT).cast(FLOATS);
                }
                otherwise = OPERATION.otherwise() == Otherwise.OPERAND
                        ? other
                        : OPERATION.otherwise() == Otherwise.CONSTANT ? vc : ZERO;
                y = ALL_KEPT ? y : ALL_DROPPED ? otherwise : otherwise.blend(y, kept);
                other = OPERATION.scalesOperand() ? other.mul(vb) : other;
                y = OPERATION.addsOperand() ? other.add(y) : y;
            }
            IntVector odd = y.viewAsIntegralLanes();
            // the upper halves are the results cut off; above one half, ties to even, they are one too small
            ShortVector upper;
            ShortVector lower;
            if (Simd.MASK_REGISTERS) {
                ShortVector evens = (ShortVector) even.reinterpretShape(SHORTS, 0);
                ShortVector odds = (ShortVector) odd.reinterpretShape(SHORTS, 0);
                upper = UPPER_BITS.selectFrom(evens, odds);
                lower = LOWER_BITS.selectFrom(evens, odds);
            } else {
                upper = (ShortVector) odd.and(UPPER).or(even.lanewise(LSHR, 16)).reinterpretShape(SHORTS, 0);
                lower = (ShortVector) odd.lanewise(LSHL, 16).or(even.and(LOWER)).reinterpretShape(SHORTS, 0);
            }
            ShortVector result = upper.add(ONE, lower.or(upper.and(ONE)).compare(UGT, HALF));
            if (!SELECTS_HALVES) {
                ShortVector instead = OPERATION.otherwise() == Otherwise.OPERAND ? otherBoth : constant;
                result = COPIES ? both : result;
                result = ALL_KEPT
                        ? result
                        : ALL_DROPPED ? instead : instead.blend(result, VectorMask.fromLong(SHORTS, keepBits));
            }
            result.intoMemorySegment(dst, at, ORDER);
        }
        return elements / PAIRS * PAIRS;
    }
}
