package io.github.lanedrop.rng.simd;

import java.nio.ByteOrder;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The one place that names species and byte order; all of one width, {@link Simd#BITS}. */
public final class Lanes {
    private static final VectorShape SHAPE = VectorShape.forBitSize(Simd.BITS);

    /** Lanes of 64-bit integers. */
    public static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SHAPE);
    /** Lanes of 32-bit integers. */
    public static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
    /** Lanes of 16-bit integers. */
    public static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
    /** As many 16-bit integers as {@link #INTS} has lanes. */
    public static final VectorSpecies<Short> HALF_SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Simd.BITS / 2));
    /** Lanes of bytes. */
    public static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
    /** As many bytes as {@link #SHORTS} has lanes. */
    public static final VectorSpecies<Byte> HALF_BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Simd.BITS / 2));
    /** Lanes of 32-bit floats. */
    public static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
    /** Lanes of 64-bit floats. */
    public static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);
    /** Byte order of everything that is read or written. */
    public static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private Lanes() {}
}
