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
     * {@code -2 ln(u) = N log2 + (d + d^2) R(d)} for {@code u = (1 - d) 2^n}, where the fraction of a float's bits is
     * {@code -d}, and the bits themselves are {@code n - d} above those of 1: the polynomial bends the line that they are.
     * {@code R} is a least-maximum fit as in {@link ScalarMath}; the whole is within a factor of {@code 1 + 1.1e-6}.
     */
    static final float N = -0x1.62e43p-23f;

    static final float R0 = 0x1.3a2ab2p-1f;
    static final float R1 = 0x1.8973d6p-2f;
    static final float R2 = 0x1.0fdc9p-2f;
    static final float R3 = 0x1.563d26p-3f;
    static final float R4 = 0x1.312566p-4f;
    static final float R5 = 0x1.0586eap-6f;

    /** {@code -sin(pi y) / y} in {@code y^2} for {@code |y| <= 1/2}; the sine is within 6.0e-7. */
    static final float S0 = -0x1.921f5cp1f;

    static final float S1 = 0x1.4ab274p2f;
    static final float S2 = -0x1.455c9ep1f;
    static final float S3 = 0x1.1bf57cp-1f;
    /** {@code (cos(pi y) - 1) / y^2} in {@code y^2}; the cosine is within 5.5e-8. */
    static final float C0 = -0x1.3bd3bp2f;

    static final float C1 = 0x1.03bd9ap2f;
    static final float C2 = -0x1.55020ap0f;
    static final float C3 = 0x1.c29304p-3f;

    /** Bits of the float {@code 1 / OPEN_UNIT}. */
    static final int ONE_IN_UNITS = ScalarMath.ONE + (25 << ScalarMath.EXPONENT_SHIFT);

    /** Takes a float between 1 and 2 to the middle. */
    static final float MIDDLE = 1.5f;

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
        float d = 1 - ofFraction(bits);
        float r = Math.fma(Math.fma(R5, d, R4), d, R3);
        r = Math.fma(Math.fma(Math.fma(r, d, R2), d, R1), d, R0);
        return (float) Math.sqrt(Math.fma(Math.fma(d, d, d), r, (bits - ONE_IN_UNITS) * N));
    }

    /** {@code cos(2 pi uniform')}, within 1e-6, and negated where the angle is beyond half a turn. */
    static float cosine(int word) {
        float y = ofHalfTurn(word);
        float z = y * y;
        return Math.fma(Math.fma(Math.fma(S3, z, S2), z, S1), z, S0) * y;
    }

    /** {@code sin(2 pi uniform')}, as {@link #cosine}. */
    static float sine(int word) {
        float y = ofHalfTurn(word);
        float z = y * y;
        return Math.fma(Math.fma(Math.fma(Math.fma(C3, z, C2), z, C1), z, C0), z, 1);
    }

    /**
     * What the angle is beyond a whole half turn, in half turns, less 1/2: all of the word but its sign as the fraction of a
     * float, exactly. A quarter turn less, so that the cosine is minus this angle's sine, and the sine its cosine.
     */
    private static float ofHalfTurn(int word) {
        return ofFraction(word >>> 8) - MIDDLE;
    }

    /** The float between 1 and 2 that has the fraction of these bits. */
    private static float ofFraction(int bits) {
        return Float.intBitsToFloat((bits & ScalarMath.FRACTION) | ScalarMath.ONE);
    }

    /** Negated for a word beyond half a turn. */
    private static float withHalfTurn(float x, int word) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) ^ (word & ScalarMath.SIGN));
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
            int turn = word(words, i + 1);
            float radius = withHalfTurn(radius(word(words, i)) * deviation, turn);
            dst[dstAt + i] = Math.fma(radius, cosine(turn), mean);
            dst[dstAt + i + 1] = Math.fma(radius, sine(turn), mean);
        }
    }

    private static int word(byte[] words, int element) {
        return (int) INT.get(words, Integer.BYTES * element);
    }
}
