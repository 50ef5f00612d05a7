package io.github.lanedrop.kernels;

/**
 * The probability to drop an element, with everything a kernel derives from it.
 *
 * <pre>
 * T     = floor(rate * 2^32 + 0.5)          threshold, 0 to 2^32
 * scale = 2^32 / (2^32 - T)                 so that E[kept * scale] = 1 for the realised rate T / 2^32
 * </pre>
 *
 * <p>The realised rate is within 2^-33 of the nominal one. At {@code T = 0} everything is kept and nothing is drawn; at
 * {@code T = 2^32} everything is dropped, nothing is drawn and there is no scale. Making a rate builds its table of
 * patterns, which takes microseconds: keep the object while the rate stays.
 *
 * <p><b>Edges.</b> Rates below 2^-33 are realised as 0, and rates from {@code 1 - 2^-33} on as 1; NaN and what is
 * outside [0, 1] is refused. Immutable; safe for use by any number of threads.
 *
 * <p>Source: the scale is that of inverted dropout, N. Srivastava et al., JMLR 15 (2014); the fixed-point threshold and the
 * table are those of the mask specification, MaskStream version 1.
 */
public final class Rate {
    private static final long ONE = 1L << 32;

    private final double nominal;
    private final long threshold;
    private final double scale;
    private final PatternTable table;

    private Rate(double nominal) {
        this.nominal = nominal;
        threshold = (long) Math.floor(nominal * ONE + 0.5);
        scale = (double) ONE / (ONE - threshold);
        table = PatternTable.of(threshold);
    }

    /**
     * The rate that drops an element with a probability.
     *
     * @param rate the probability to drop, in [0, 1]; -0.0 counts as 0
     * @return the rate
     * @throws IllegalArgumentException if the rate is NaN or outside [0, 1]
     */
    public static Rate drop(double rate) {
        return new Rate(checked("rate", rate));
    }

    /**
     * The rate that keeps an element with a probability.
     *
     * @param probability the probability to keep, in [0, 1]
     * @return the rate {@code 1 - probability}, in double: 1 where the probability is below 2^-54
     * @throws IllegalArgumentException if the probability is NaN or outside [0, 1]
     */
    public static Rate keep(double probability) {
        return new Rate(1 - checked("keep probability", probability));
    }

    private static double checked(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be in [0, 1], got " + value);
        }
        return value + 0.0; // -0.0 becomes 0.0
    }

    /**
     * The probability to drop, as asked for.
     *
     * @return the nominal rate, in [0, 1]
     */
    public double nominal() {
        return nominal;
    }

    /**
     * The probability to drop, as realised.
     *
     * @return {@code threshold / 2^32}, in [0, 1]
     */
    public double effective() {
        return (double) threshold / ONE;
    }

    /**
     * The unsigned 32-bit cut {@code T}.
     *
     * @return the threshold, 0 to 2^32
     */
    public long threshold() {
        return threshold;
    }

    /**
     * What a kept element is multiplied by, to be rounded once to the data type.
     *
     * @return {@code 2^32 / (2^32 - threshold)}; infinite where everything is dropped
     */
    public double scale() {
        return scale;
    }

    /**
     * Whether the realised rate is 0.
     *
     * @return true if every element is kept, unscaled
     */
    public boolean keepsAll() {
        return threshold == 0;
    }

    /**
     * Whether the realised rate is 1.
     *
     * @return true if every element is dropped
     */
    public boolean dropsAll() {
        return threshold == ONE;
    }

    /** Whether one random bit decides an element. */
    boolean isHalf() {
        return threshold == ONE / 2;
    }

    /** The table that eight elements at once are drawn from; empty where none is needed. */
    PatternTable table() {
        return table;
    }

    /** Rates are equal where their masks and scales are: where their thresholds are, whatever was asked for. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Rate rate && threshold == rate.threshold;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(threshold);
    }

    @Override
    public String toString() {
        return "drop " + nominal;
    }
}
