package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.DOUBLES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The template of {@link SegmentLoop} for floats and doubles, see {@link Specialised}. */
final class VectorSegmentLoop implements SegmentLoop {
    private static final LoopData DATA = Specialised.data(MethodHandles.lookup(), LoopData.class);
    private static final Operation OPERATION = DATA.operation();
    private static final Class<?> MEMORY = DATA.memory();
    private static final boolean DOUBLES_STORED = DATA.doubles();
    private static final boolean MIXED = DATA.fate() == Fate.MIXED;
    private static final boolean ALL_KEPT = DATA.allSelected(Fate.KEPT);
    private static final boolean ALL_DROPPED = DATA.allSelected(Fate.DROPPED);
    /** Exchanges kept and dropped. */
    private static final int INVERSION = OPERATION.inverted() ? -1 : 0;

    @SuppressWarnings("unchecked") // floats or doubles, told apart by a constant where it matters
    private static final VectorSpecies<Number> SPECIES =
            (VectorSpecies<Number>) (VectorSpecies<?>) (DOUBLES_STORED ? DOUBLES : FLOATS);

    /** Integers as wide as an element. */
    @SuppressWarnings("unchecked")
    private static final VectorSpecies<Number> INTEGERS =
            (VectorSpecies<Number>) (VectorSpecies<?>) (DOUBLES_STORED ? LONGS : INTS);

    private static final int LANES = SPECIES.length();
    /** Elements of the two vectors that are done at a time. */
    private static final int PAIR = 2 * LANES;

    private static final int PAIR_BITS_BYTES = PAIR / Byte.SIZE;
    private static final int BYTES = SPECIES.vectorByteSize();
    private static final Vector<Number> ZERO = SPECIES.zero();
    private static final boolean ELSE_OPERAND = OPERATION.otherwise() == Otherwise.OPERAND;

    /** Moves the bit of each lane to the sign. */
    private static final Vector<Number> TO_SIGN =
            INTEGERS.broadcast(SPECIES.elementSize() - 1).sub(INTEGERS.zero().addIndex(1));
    /** The same for the next vector. */
    private static final Vector<Number> NEXT_TO_SIGN = TO_SIGN.sub(INTEGERS.broadcast(LANES));

    // No helper methods that take or return vectors: C2 does not inline what it has compiled by itself into much code.
    // Nor slices, which would make the checks cheaper: in some JVMs C2 allocates them.
    @Override
    @SuppressWarnings("unchecked") // floats or doubles, told apart by a constant
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
        Vector<Number> va = DOUBLES_STORED
                ? (Vector<Number>) (Vector<?>) DoubleVector.broadcast(DOUBLES, a)
                : (Vector<Number>) (Vector<?>) FloatVector.broadcast(FLOATS, (float) a);
        Vector<Number> vb = DOUBLES_STORED
                ? (Vector<Number>) (Vector<?>) DoubleVector.broadcast(DOUBLES, b)
                : (Vector<Number>) (Vector<?>) FloatVector.broadcast(FLOATS, (float) b);
        Vector<Number> vc = DOUBLES_STORED
                ? (Vector<Number>) (Vector<?>) DoubleVector.broadcast(DOUBLES, c)
                : (Vector<Number>) (Vector<?>) FloatVector.broadcast(FLOATS, (float) c);
        Vector<Number> constant = OPERATION.otherwise() == Otherwise.CONSTANT ? vc : ZERO;
        Vector<Number> y;
        Vector<Number> other;
        Vector<Number> otherwise;
        Vector<Number> signs;
        VectorMask<Number> kept;
        int bitsBytes = elements / PAIR * PAIR_BITS_BYTES;
        // counts bytes of keep bits, so that C2 takes the check of their index out of the loop
        for (int j = 0; j < bitsBytes; j += PAIR_BITS_BYTES) {
            long at = firstByte + 2L * BYTES / PAIR_BITS_BYTES * j;
            int pair = MIXED ? VectorKeepBits.ofBytes(bits, bitsAt + j, PAIR_BITS_BYTES) ^ INVERSION : 0;
            signs = Simd.MASK_REGISTERS ? INTEGERS.zero() : INTEGERS.broadcast(pair);
            y = SPECIES.fromMemorySegment(src, at, ORDER);
            other = OPERATION.hasOperand() ? SPECIES.fromMemorySegment(operand, at, ORDER) : ZERO;
            kept = Simd.MASK_REGISTERS
                    ? VectorMask.fromLong(SPECIES, pair)
                    : signs.lanewise(LSHL, TO_SIGN).compare(LT, 0).cast(SPECIES);
            y = OPERATION.scales() ? y.mul(va) : y;
            y = OPERATION.shifts() ? y.add(vb) : y;
            otherwise = ELSE_OPERAND ? other : constant;
            y = ALL_KEPT ? y : ALL_DROPPED ? otherwise : otherwise.blend(y, kept);
            other = OPERATION.scalesOperand() ? other.mul(vb) : other;
            y = OPERATION.addsOperand() ? other.add(y) : y;
            y.intoMemorySegment(dst, at, ORDER);
            y = SPECIES.fromMemorySegment(src, at + BYTES, ORDER);
            other = OPERATION.hasOperand() ? SPECIES.fromMemorySegment(operand, at + BYTES, ORDER) : ZERO;
            kept = Simd.MASK_REGISTERS
                    ? VectorMask.fromLong(SPECIES, pair >>> LANES)
                    : signs.lanewise(LSHL, NEXT_TO_SIGN).compare(LT, 0).cast(SPECIES);
            y = OPERATION.scales() ? y.mul(va) : y;
            y = OPERATION.shifts() ? y.add(vb) : y;
            otherwise = ELSE_OPERAND ? other : constant;
            y = ALL_KEPT ? y : ALL_DROPPED ? otherwise : otherwise.blend(y, kept);
            other = OPERATION.scalesOperand() ? other.mul(vb) : other;
            y = OPERATION.addsOperand() ? other.add(y) : y;
            y.intoMemorySegment(dst, at + BYTES, ORDER);
        }
        return elements / PAIR * PAIR;
    }
}
