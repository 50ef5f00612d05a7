package io.github.lanedrop.kernels.lanes;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
import java.lang.invoke.MethodHandles;

/** The template of {@link ArrayLoop}, see {@link Specialised}: the definition of every {@link Operation}. */
final class ScalarArrayLoop implements ArrayLoop {
    private static final Operation OPERATION = Specialised.data(MethodHandles.lookup(), Operation.class);
    private static final int INVERTED = OPERATION.inverted() ? 1 : 0;

    @Override
    public void run(
            float[] x, float[] operand, int start, int end, byte[] bits, int bitsAt, float a, float b, float c) {
        for (int i = start; i < end; i++) {
            int kept = ((bits[bitsAt + (i >>> 3)] >>> (i & 7)) & 1) ^ INVERTED;
            float y = x[i];
            y = OPERATION.scales() ? y * a : y;
            y = OPERATION.shifts() ? y + b : y;
            float otherwise = OPERATION.otherwise() == Otherwise.OPERAND
                    ? operand[i]
                    : OPERATION.otherwise() == Otherwise.CONSTANT ? c : 0f;
            // by bits: a branch on random ones would be guessed wrong at the rate
            y = Float.intBitsToFloat(
                    (Float.floatToRawIntBits(y) & -kept) | (Float.floatToRawIntBits(otherwise) & (kept - 1)));
            x[i] = OPERATION.addsOperand() ? (OPERATION.scalesOperand() ? operand[i] * b : operand[i]) + y : y;
        }
    }

    @Override
    public void run(
            double[] x, double[] operand, int start, int end, byte[] bits, int bitsAt, double a, double b, double c) {
        for (int i = start; i < end; i++) {
            long kept = ((bits[bitsAt + (i >>> 3)] >>> (i & 7)) & 1L) ^ INVERTED;
            double y = x[i];
            y = OPERATION.scales() ? y * a : y;
            y = OPERATION.shifts() ? y + b : y;
            double otherwise = OPERATION.otherwise() == Otherwise.OPERAND
                    ? operand[i]
                    : OPERATION.otherwise() == Otherwise.CONSTANT ? c : 0d;
            y = Double.longBitsToDouble(
                    (Double.doubleToRawLongBits(y) & -kept) | (Double.doubleToRawLongBits(otherwise) & (kept - 1)));
            x[i] = OPERATION.addsOperand() ? (OPERATION.scalesOperand() ? operand[i] * b : operand[i]) + y : y;
        }
    }
}
