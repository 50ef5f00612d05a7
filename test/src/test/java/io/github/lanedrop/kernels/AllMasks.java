package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * All {@code 2^n} masks of {@code n} elements with their probabilities, so that an expectation is a sum: no tolerance
 * but rounding.
 *
 * <p>They come in the order of the reflected Gray code, each one bit from the last. Outputs come from the kernels, in
 * double, by stored masks.
 */
final class AllMasks {
    static final int MAX_ELEMENTS = 20;

    private AllMasks() {}

    /** Is shown every mask once. */
    interface Visitor {
        void visit(Mask mask);
    }

    /** One mask, valid until the visitor returns. */
    static final class Mask {
        private final int elements;
        private final Rate rate;
        private final byte[] bits = new byte[(MAX_ELEMENTS + 7) / 8];
        private final StoredMask source;

        private Mask(int elements, Rate rate) {
            this.elements = elements;
            this.rate = rate;
            source = new StoredMask(rate, MemorySegment.ofArray(bits));
        }

        private void flip(int i) {
            bits[i >>> 3] ^= (byte) (1 << (i & 7));
        }

        /** The bits, element 0 lowest. */
        int bits() {
            return (bits[0] & 0xFF) | ((bits[1] & 0xFF) << 8) | ((bits[2] & 0xFF) << 16);
        }

        boolean kept(int i) {
            return ((bits[i >>> 3] >>> (i & 7)) & 1) == 1;
        }

        /** {@code q^k p^(n - k)}, where {@code k} are kept. */
        double probability() {
            int kept = Integer.bitCount(bits());
            double drop = rate.effective();
            return Math.pow(1 - drop, kept) * Math.pow(drop, elements - kept);
        }

        StoredMask source() {
            return source;
        }

        /** {@code m * x}: standard dropout, as of 2014, which scales nothing while it trains. */
        double[] standard(double... x) {
            double[] y = new double[x.length];
            StandardDropout.forward(
                    source,
                    DType.FLOAT64,
                    0,
                    MemorySegment.ofArray(x),
                    MemorySegment.ofArray(y),
                    x.length,
                    Workers.NONE);
            return y;
        }

        /** {@code m * x / q}: inverted dropout. */
        double[] inverted(double... x) {
            double[] y = new double[x.length];
            DropoutKernel.forward(
                    source,
                    DType.FLOAT64,
                    0,
                    MemorySegment.ofArray(x),
                    MemorySegment.ofArray(y),
                    x.length,
                    Workers.NONE);
            return y;
        }
    }

    static void forEach(int elements, Rate rate, Visitor visitor) {
        if (elements < 0 || elements > MAX_ELEMENTS) {
            throw new IllegalArgumentException("elements must be in [0, " + MAX_ELEMENTS + "], got " + elements);
        }
        Mask mask = new Mask(elements, rate);
        for (int i = 0; i < 1 << elements; i++) {
            if (i > 0) {
                mask.flip(Integer.numberOfTrailingZeros(i));
            }
            visitor.visit(mask);
        }
    }

    /** A value of a mask. */
    interface Value {
        double of(Mask mask);
    }

    /** {@code E[f(m)]}. */
    static double mean(int elements, Rate rate, Value value) {
        double[] sum = {0};
        forEach(elements, rate, mask -> sum[0] += mask.probability() * value.of(mask));
        return sum[0];
    }

    /** {@code Var(f(m))}. */
    static double variance(int elements, Rate rate, Value value) {
        double mean = mean(elements, rate, value);
        return mean(elements, rate, mask -> {
            double deviation = value.of(mask) - mean;
            return deviation * deviation;
        });
    }
}
