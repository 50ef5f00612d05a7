package io.github.lanedrop.kernels.math;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Uniform and normal floats from random words: the definition.
 *
 * <pre>
 * k        = word &gt;&gt;&gt; 8
 * uniform  = k * 2^-24                        in [0, 1)
 * open     = (k + 1/2) * 2^-24                in (0, 1), toward zero to float: k of 2^23 and more lose the half
 * centred  = (2 k + 1 - 2^24) * 2^-24         in (-1, 1), exact: 2 open - 1 without its rounding, symmetric about 0
 * normals  = sqrt(-2 ln(open)) cos(2 pi uniform') and sqrt(-2 ln(open)) sin(2 pi uniform')
 * </pre>
 *
 * <p>The two normals of Box and Muller are those of an even element and of its successor; {@code open} is from the even
 * element's word, {@code uniform'} from its successor's. None is beyond 5.89; each is within 2e-6 of the
 * exact value.
 *
 * <p>Source: G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates", Ann. Math. Statist. 29
 * (1958).
 */
public final class ScalarNoise {
    static final float UNIFORM_UNIT = 0x1p-24f;
    static final float OPEN_UNIT = 0x1p-25f;
    /**
     * {@code -2 ln(u) = N log2 + (f - f^2) R(f)} for {@code u = (1 + f) 2^n}, where the fraction of a float's bits is
     * {@code f}, and the bits themselves are {@code n + f} above those of 1: the polynomial bends the line that they are.
     * {@code R} is a least-maximum fit as in {@link ScalarMath}; the whole is within a factor of {@code 1 + 1.1e-6}.
     */
    static final float N = -0x1.62e43p-23f;

    static final float R0 = -0x1.3a2ab2p-1f;
    static final float R1 = 0x1.8973d6p-2f;
    static final float R2 = -0x1.0fdc9p-2f;
    static final float R3 = 0x1.563d26p-3f;
    static final float R4 = -0x1.312566p-4f;
    static final float R5 = 0x1.0586eap-6f;

    /** Bits of the float {@code 1 / OPEN_UNIT}. */
    static final int ONE_IN_UNITS = ScalarMath.ONE + (25 << ScalarMath.EXPONENT_SHIFT);

    /** The bits of a word that a uniform is made of. */
    static final int UNIFORM_BITS = 0xFFFFFF00;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private ScalarNoise() {}

    /** {@code uniform} above, of one word. */
    static float uniform(int word) {
        return (word >>> 8) * UNIFORM_UNIT;
    }

    /** {@code open} above, of one word. */
    static float open(int word) {
        return openUnits(word) * OPEN_UNIT;
    }

    /** {@code 2 k + 1}, or {@code 2 k} where that would have more bits than a float has room for. */
    private static int openUnits(int word) {
        return ((word >>> 7) | 1) & ~(word >>> 31);
    }

    /** {@code sqrt(-2 ln(open))}, within a factor of {@code 1 + 1e-6}. */
    static float radius(int word) {
        int bits = Float.floatToRawIntBits((float) openUnits(word));
        float f = Float.intBitsToFloat((bits & ScalarMath.FRACTION) | ScalarMath.ONE) - 1;
        float square = f * f;
        float r = ((f * R5 + R4) * square + (f * R3 + R2)) * square + (f * R1 + R0);
        return (float) Math.sqrt((bits - ONE_IN_UNITS) * N + (f - square) * r);
    }

    /** {@code centred} above, of one word. */
    static float centred(int word) {
        return (((word ^ ScalarMath.SIGN) >> 7) | 1) * UNIFORM_UNIT;
    }

    /**
     * Uniform floats in [0, 1).
     *
     * @param words four bytes for each element, from the first byte on
     * @param dst receives the elements
     * @param dstAt the index in {@code dst} of the first
     * @param elements how many
     */
    public static void uniform(byte[] words, float[] dst, int dstAt, int elements) {
        for (int i = 0; i < elements; i++) {
            dst[dstAt + i] = uniform(word(words, i));
        }
    }

    /**
     * Uniform floats in (0, 1), for logarithms of them and of their complement.
     *
     * @param words four bytes for each element, from the first byte on
     * @param dst receives the elements
     * @param dstAt the index in {@code dst} of the first
     * @param elements how many
     */
    public static void open(byte[] words, float[] dst, int dstAt, int elements) {
        for (int i = 0; i < elements; i++) {
            dst[dstAt + i] = open(word(words, i));
        }
    }

    /**
     * {@code centred * reach + mean}.
     *
     * @param words four bytes for each element, from the first byte on
     * @param mean the mean
     * @param reach how far from the mean, at most
     * @param dst receives the elements
     * @param dstAt the index in {@code dst} of the first
     * @param elements how many
     */
    public static void centred(byte[] words, float mean, float reach, float[] dst, int dstAt, int elements) {
        for (int i = 0; i < elements; i++) {
            dst[dstAt + i] = centred(word(words, i)) * reach + mean;
        }
    }

    /**
     * {@code normal * deviation + mean}.
     *
     * @param words four bytes for each element, from the first byte on, which is that of an even element
     * @param mean the mean
     * @param deviation the standard deviation
     * @param dst receives the elements
     * @param dstAt the index in {@code dst} of the first
     * @param elements how many, an even number
     */
    public static void normal(byte[] words, float mean, float deviation, float[] dst, int dstAt, int elements) {
        for (int i = 0; i < elements; i += 2) {
            float radius = radius(word(words, i)) * deviation;
            int turn = word(words, i + 1) & UNIFORM_BITS;
            dst[dstAt + i] = radius * ScalarMath.cosTurn(turn) + mean;
            dst[dstAt + i + 1] = radius * ScalarMath.sinTurn(turn) + mean;
        }
    }

    private static int word(byte[] words, int element) {
        return (int) INT.get(words, Integer.BYTES * element);
    }
}
