package io.github.lanedrop.kernels.learned;

/**
 * Sums of floats in double, in an order that depends on nothing but their number: element {@code i} goes to partial sum
 * {@code i mod 8}, and the partial sums are added as a tree. Not vector code: eight chains of additions keep up with the
 * functions whose values they add.
 */
public final class Sums {
    private Sums() {}

    /**
     * {@code values[0] + ... + values[count - 1]}.
     *
     * @param values the values
     * @param count how many elements
     * @return the sum
     */
    public static double sum(float[] values, int count) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        int i = 0;
        for (; i <= count - 8; i += 8) {
            s0 += values[i];
            s1 += values[i + 1];
            s2 += values[i + 2];
            s3 += values[i + 3];
            s4 += values[i + 4];
            s5 += values[i + 5];
            s6 += values[i + 6];
            s7 += values[i + 7];
        }
        // what is left, to its partial sum
        s0 += i < count ? values[i] : 0;
        s1 += i + 1 < count ? values[i + 1] : 0;
        s2 += i + 2 < count ? values[i + 2] : 0;
        s3 += i + 3 < count ? values[i + 3] : 0;
        s4 += i + 4 < count ? values[i + 4] : 0;
        s5 += i + 5 < count ? values[i + 5] : 0;
        s6 += i + 6 < count ? values[i + 6] : 0;
        return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    }

    /**
     * {@code values[0]^2 + ... + values[count - 1]^2}, in four partial sums; the squares are exact.
     *
     * @param values the values
     * @param count how many elements
     * @return the sum
     */
    public static double squares(float[] values, int count) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i <= count - 4; i += 4) {
            s0 += (double) values[i] * values[i];
            s1 += (double) values[i + 1] * values[i + 1];
            s2 += (double) values[i + 2] * values[i + 2];
            s3 += (double) values[i + 3] * values[i + 3];
        }
        for (; i < count; i++) {
            s0 += (double) values[i] * values[i];
        }
        return (s0 + s2) + (s1 + s3);
    }

    /**
     * Adds floats to doubles, place by place.
     *
     * @param values the values
     * @param sums the sums
     * @param count how many elements
     */
    public static void accumulate(float[] values, double[] sums, int count) {
        for (int i = 0; i < count; i++) {
            sums[i] += values[i];
        }
    }

    /**
     * Rounds doubles to floats, place by place.
     *
     * @param sums the sums
     * @param values the values
     * @param count how many elements
     */
    public static void round(double[] sums, float[] values, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = (float) sums[i];
        }
    }
}
