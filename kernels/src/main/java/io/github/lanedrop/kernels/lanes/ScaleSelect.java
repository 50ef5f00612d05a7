package io.github.lanedrop.kernels.lanes;

import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;

/** {@code kept ? x * a : +0}: inverted dropout with the scale {@code a}, standard dropout with 1. */
public record ScaleSelect() implements Operation {
    @Override
    public float apply(float x, float operand, int kept, float a, float b, float c) {
        return Operation.select(x * a, 0f, kept);
    }

    @Override
    public double apply(double x, double operand, int kept, double a, double b, double c) {
        return Operation.select(x * a, 0d, kept);
    }

    @Override
    public VectorOperation vectors() {
        return new Vectors();
    }

    private static final class Vectors implements VectorOperation {
        @Override
        public <E> Vector<E> apply(
                Vector<E> x,
                Vector<E> operand,
                VectorMask<E> kept,
                Vector<E> a,
                Vector<E> b,
                Vector<E> c,
                Vector<E> zero) {
            return zero.blend(x.mul(a), kept);
        }
    }
}
