package io.github.lanedrop.kernels.lanes;

import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;

/** {@code operand + (kept ? x * a : +0)}: dropout on a branch that joins a residual. */
public record ResidualScaleSelect() implements Operation {
    @Override
    public float apply(float x, float operand, int kept, float a, float b, float c) {
        return operand + Operation.select(x * a, 0f, kept);
    }

    @Override
    public double apply(double x, double operand, int kept, double a, double b, double c) {
        return operand + Operation.select(x * a, 0d, kept);
    }

    @Override
    public boolean hasOperand() {
        return true;
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
            return operand.add(zero.blend(x.mul(a), kept));
        }
    }
}
