package io.github.lanedrop.kernels.lanes;

import java.lang.invoke.MethodHandles;

/** The template of {@link ArrayLoop}, see {@link Specialised}. */
final class ScalarArrayLoop implements ArrayLoop {
    private static final Operation OPERATION = Specialised.data(MethodHandles.lookup(), Operation.class);

    @Override
    public void run(
            float[] x, float[] operand, int start, int end, byte[] bits, int bitsAt, float a, float b, float c) {
        for (int i = start; i < end; i++) {
            int kept = (bits[bitsAt + (i >>> 3)] >>> (i & 7)) & 1;
            x[i] = OPERATION.apply(x[i], operand[i], kept, a, b, c);
        }
    }

    @Override
    public void run(
            double[] x, double[] operand, int start, int end, byte[] bits, int bitsAt, double a, double b, double c) {
        for (int i = start; i < end; i++) {
            int kept = (bits[bitsAt + (i >>> 3)] >>> (i & 7)) & 1;
            x[i] = OPERATION.apply(x[i], operand[i], kept, a, b, c);
        }
    }
}
