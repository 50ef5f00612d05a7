package io.github.lanedrop.layers;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** What several tests need: seeded values, bits to compare, masks to look into. */
final class Samples {
    private Samples() {}

    static UniformRandomProvider random(long seed) {
        return RandomSource.SPLIT_MIX_64.create(seed);
    }

    /** Values in [-1, 1). */
    static Tensor tensor(long seed, int... shape) {
        Tensor tensor = Tensor.zeros(shape);
        UniformRandomProvider random = random(seed);
        for (long i = 0; i < tensor.elements(); i++) {
            tensor.set(i, random.nextFloat(-1, 1));
        }
        return tensor;
    }

    static Tensor filled(float value, int... shape) {
        Tensor tensor = Tensor.zeros(shape);
        for (long i = 0; i < tensor.elements(); i++) {
            tensor.set(i, value);
        }
        return tensor;
    }

    /** The exact bits, so that -0.0 differs from +0.0 and NaN equals itself. */
    static int[] bits(Tensor tensor) {
        int[] bits = new int[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(tensor.get(i));
        }
        return bits;
    }

    static double[] doubles(Tensor tensor) {
        double[] values = new double[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.get(i);
        }
        return values;
    }

    /** Which elements a dropout layer keeps. */
    static BitSet kept(Dropout dropout, Key key, long offset, int elements) {
        byte[] keepBits = new byte[(elements + 7) / 8];
        DropoutKernel.keepBits(
                new BernoulliMask(dropout.rate(), key.site(dropout.site())),
                offset,
                MemorySegment.ofArray(keepBits),
                elements);
        return BitSet.valueOf(keepBits);
    }

    /** What a way back keeps alive: what its lambda has captured. */
    static List<Object> captured(Backward backward) throws IllegalAccessException {
        List<Object> values = new ArrayList<>();
        for (Field field : backward.getClass().getDeclaredFields()) {
            field.setAccessible(true);
            values.add(field.get(backward));
        }
        return values;
    }

    static Dropout dropout(double rate, int site) {
        return new Dropout(Rate.drop(rate), site);
    }

    static Tensor forward(Layer layer, Tensor input, Pass pass) {
        return layer.forward(input, pass).output();
    }
}
