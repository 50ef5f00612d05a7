package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.DOUBLES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
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
    private static final LoopData DATA = Specialised.data(MethodHandles.lookup(), LoopData.class);
    private static final Operation OPERATION = DATA.operation();
    private static final Class<?> MEMORY = DATA.memory();
    private static final boolean DOUBLES_STORED = DATA.doubles();
    /** Exchanges kept and dropped. */
    private static final long INVERSION = OPERATION.inverted() ? -1 : 0;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    @SuppressWarnings("unchecked") // floats or doubles, told apart by a constant where it matters
    private static final VectorSpecies<Number> SPECIES =
            (VectorSpecies<Number>) (VectorSpecies<?>) (DOUBLES_STORED ? DOUBLES : FLOATS);

    private static final int LANES = SPECIES.length();
    private static final int ELEMENT_BYTES = SPECIES.elementSize() / Byte.SIZE;
    private static final Vector<Number> ZERO = SPECIES.zero();

    /** Move the bit of each lane to the sign. */
    private static final IntVector INT_TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    private static final LongVector LONG_TO_SIGN =
            LongVector.broadcast(LONGS, 63).sub(LongVector.zero(LONGS).addIndex(1));

    // No helper methods that take or return vectors: C2 does not inline what it has compiled by itself into much code.
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
        Vector<Number> va = DOUBLES_STORED
                ? cast(DoubleVector.broadcast(DOUBLES, a))
                : cast(FloatVector.broadcast(FLOATS, (float) a));
        Vector<Number> vb = DOUBLES_STORED
                ? cast(DoubleVector.broadcast(DOUBLES, b))
                : cast(FloatVector.broadcast(FLOATS, (float) b));
        Vector<Number> vc = DOUBLES_STORED
                ? cast(DoubleVector.broadcast(DOUBLES, c))
                : cast(FloatVector.broadcast(FLOATS, (float) c));
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            long keepBits = ((long) LONG.get(bits, bitsAt + (i >>> 3)) >>> (i & 7)) ^ INVERSION;
            VectorMask<Number> kept;
            if (Simd.MASK_REGISTERS) {
                kept = VectorMask.fromLong(SPECIES, keepBits);
            } else if (DOUBLES_STORED) { // otherwise a long becomes a mask lane by lane
                kept = LongVector.broadcast(LONGS, keepBits)
                        .lanewise(VectorOperators.LSHL, LONG_TO_SIGN)
                        .compare(VectorOperators.LT, 0)
                        .cast(SPECIES);
            } else {
                kept = IntVector.broadcast(INTS, (int) keepBits)
                        .lanewise(VectorOperators.LSHL, INT_TO_SIGN)
                        .compare(VectorOperators.LT, 0)
                        .cast(SPECIES);
            }
            long at = firstByte + (long) ELEMENT_BYTES * i;
            Vector<Number> y = SPECIES.fromMemorySegment(src, at, ORDER);
            Vector<Number> other = OPERATION.hasOperand() ? SPECIES.fromMemorySegment(operand, at, ORDER) : ZERO;
            y = OPERATION.scales() ? y.mul(va) : y;
            y = OPERATION.shifts() ? y.add(vb) : y;
            Vector<Number> otherwise = OPERATION.otherwise() == Otherwise.OPERAND
                    ? other
                    : OPERATION.otherwise() == Otherwise.CONSTANT ? vc : ZERO;
            y = otherwise.blend(y, kept);
            y = OPERATION.addsOperand() ? other.add(y) : y;
            y.intoMemorySegment(dst, at, ORDER);
        }
        return i;
    }

    @SuppressWarnings("unchecked")
    private static Vector<Number> cast(Vector<?> vector) {
        return (Vector<Number>) vector;
    }
}
