package io.github.lanedrop.kernels.learned;

import io.github.lanedrop.kernels.math.ScalarMath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Concrete dropout on a chunk, element by element: the definition.
 *
 * <pre>
 * u    = (k + 1/2) / 2^24                                     k = word &gt;&gt;&gt; 8
 * odds = u / (1 - u) = (2 k + 1) / (2^25 - (2 k + 1))         so that neither u nor 1 - u is rounded to 0 or 1
 * kept = 1 - z = 1 / (1 + exp((logit + log odds) / temperature))
 * </pre>
 */
public final class ScalarConcrete {
    /** 2^25: numerators are odd and below it. */
    static final int ODDS = 1 << 25;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private ScalarConcrete() {}

    /**
     * {@code kept = 1 - z}, from the words that begin at a byte.
     *
     * @param words random words, little endian
     * @param wordsAt the first byte of the first word
     * @param kept {@code 1 - z} of each element
     * @param count how many elements
     * @param logit the logit of the drop probability
     * @param inverseTemperature 1 / temperature
     */
    public static void kept(byte[] words, int wordsAt, float[] kept, int count, float logit, float inverseTemperature) {
        for (int i = 0; i < count; i++) {
            int numerator = ((int) INT.get(words, wordsAt + Integer.BYTES * i) >>> 8 << 1) + 1;
            float odds = (float) numerator / (float) (ODDS - numerator);
            kept[i] = 1 / (1 + ScalarMath.exp((logit + ScalarMath.log(odds)) * inverseTemperature));
        }
    }

    /**
     * {@code x = x * kept * scale}, and +0 where nothing is kept, whatever x is.
     *
     * @param x the elements
     * @param kept {@code 1 - z} of each element
     * @param scale what is kept is multiplied by it
     * @param count how many elements
     */
    public static void apply(float[] x, float[] kept, float scale, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = kept[i] == 0 ? 0 : x[i] * (kept[i] * scale);
        }
    }

    /**
     * The gradients: {@code terms = gradient * y * (slope - z / temperature)}, whose sum is the logit's, and
     * {@code gradient = gradient * kept * scale}; +0 where nothing is kept.
     *
     * @param x the elements
     * @param gradient the gradient of what came out
     * @param kept {@code 1 - z} of each element
     * @param scale what is kept is multiplied by it
     * @param slope the derivative of the scale's logarithm
     * @param inverseTemperature 1 / temperature
     * @param terms receives the terms
     * @param count how many elements
     */
    public static void backward(
            float[] x,
            float[] gradient,
            float[] kept,
            float scale,
            float slope,
            float inverseTemperature,
            float[] terms,
            int count) {
        for (int i = 0; i < count; i++) {
            float passed = gradient[i] * (kept[i] * scale);
            float term = passed * x[i] * (slope - (1 - kept[i]) * inverseTemperature);
            gradient[i] = kept[i] == 0 ? 0 : passed;
            terms[i] = kept[i] == 0 ? 0 : term;
        }
    }
}
