package io.github.lanedrop.kernels.lanes;

import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;

/** {@code kept ? x * a + b : c}, the product rounded before the sum: alpha dropout. */
public record AffineSelect() implements Operation {
    @Override
    public float apply(float x, float operand, int kept, float a, float b, float c) {
        return Operation.select((x * a) + b, c, kept);
    }

    @Override
    public double apply(double x, double operand, int kept, double a, double b, double c) {
        return Operation.select((x * a) + b, c, kept);
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
            return c.blend(x.mul(a).add(b), kept);
        }
    }
}
