package io.github.lanedrop.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Another user of vectors in the same JVM, who uses every shape. C2 chooses what to inline by what it has seen, and the
 * methods of vectors are all users' own.
 */
final class OtherShapes {
    private static final int TIMES = 15_000;
    private static final int BYTES = 256;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private OtherShapes() {}

    /** Uses vectors of every shape and type, in native and in heap memory, until their methods are compiled. */
    static long use() {
        long seen = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nativeMemory = arena.allocate(BYTES, 64);
            MemorySegment heap = MemorySegment.ofArray(new float[BYTES / Float.BYTES]);
            for (int i = 0; i < TIMES; i++) {
                for (VectorShape shape : new VectorShape[] {
                    VectorShape.S_64_BIT, VectorShape.S_128_BIT, VectorShape.S_256_BIT, VectorShape.S_512_BIT
                }) {
                    seen += once(shape, nativeMemory) + once(shape, heap);
                }
            }
        }
        return seen;
    }

    private static long once(VectorShape shape, MemorySegment memory) {
        VectorSpecies<Float> floats = VectorSpecies.of(float.class, shape);
        VectorSpecies<Integer> ints = VectorSpecies.of(int.class, shape);
        VectorSpecies<Long> longs = VectorSpecies.of(long.class, shape);
        VectorSpecies<Short> shorts = VectorSpecies.of(short.class, shape);
        VectorSpecies<Byte> bytes = VectorSpecies.of(byte.class, shape);
        VectorSpecies<Double> doubles = VectorSpecies.of(double.class, shape);
        FloatVector x = FloatVector.fromMemorySegment(floats, memory, 0, ORDER);
        FloatVector one = FloatVector.broadcast(floats, 1);
        FloatVector y = x.add(one)
                .mul(x)
                .sub(one)
                .fma(x, one)
                .neg()
                .abs()
                .max(x)
                .min(one)
                .lanewise(VectorOperators.SQRT);
        VectorMask<Float> mask = y.compare(VectorOperators.GT, x).or(y.compare(VectorOperators.LT, 2));
        FloatVector.zero(floats).blend(y, mask).add(2).mul(.5f).div(one).intoMemorySegment(memory, 0, ORDER);
        float[] array = new float[16];
        y.intoArray(array, 0);
        FloatVector again = FloatVector.fromArray(floats, array, 0).rearrange(floats.iotaShuffle(1, 1, true));
        IntVector i = again.viewAsIntegralLanes();
        IntVector j = i.lanewise(VectorOperators.LSHR, 1)
                .lanewise(VectorOperators.XOR, i)
                .lanewise(VectorOperators.ASHR, 3)
                .and(i)
                .or(IntVector.broadcast(ints, 3))
                .add(i)
                .mul(3)
                .lanewise(VectorOperators.LSHL, 2);
        j.viewAsFloatingLanes().intoMemorySegment(memory, 0, ORDER);
        LongVector l = (LongVector) j.reinterpretShape(longs, 0);
        LongVector m = l.add(LongVector.broadcast(longs, 5))
                .add(7)
                .lanewise(VectorOperators.LSHR, 32)
                .mul(l)
                .lanewise(VectorOperators.LSHL, 32)
                .lanewise(VectorOperators.XOR, l);
        ByteVector b = (ByteVector) m.reinterpretShape(bytes, 0);
        ByteVector c = b.selectFrom(b, b).add(b).lanewise(VectorOperators.UMIN, b);
        byte[] ofBytes = new byte[64];
        c.intoArray(ofBytes, 0);
        ShortVector s = ShortVector.fromMemorySegment(shorts, memory, 0, ORDER)
                .add((short) 1)
                .and((short) 3);
        s.intoMemorySegment(memory, 0, ORDER);
        DoubleVector d =
                DoubleVector.fromMemorySegment(doubles, memory, 0, ORDER).add(1).mul(2);
        d = d.fma(d, d).blend(0, d.compare(VectorOperators.LT, 1));
        d.intoMemorySegment(memory, 0, ORDER);
        Vector<Float> converted = i.convertShape(VectorOperators.I2F, floats, 0);
        return mask.toLong()
                + i.reduceLanes(VectorOperators.MAX)
                + converted.length()
                + VectorMask.fromLong(floats, ofBytes[0]).trueCount();
    }
}
