package io.github.lanedrop.kernels;

/**
 * A drop probability that is learned: the logit of {@code p}, with everything that concrete dropout derives from it.
 *
 * <pre>
 * z = sigmoid((logit p + log u - log(1 - u)) / temperature)      u uniform in (0, 1)
 * scale = 1 / (1 - p), or else 1 / E[1 - z]
 * </pre>
 *
 * <p>{@code z > 1/2} with probability {@code p} exactly, whatever the temperature; but {@code E[z]} is not {@code p}: at
 * temperature 0.1 it is 0.10118 for a {@code p} of 0.1. So the paper's scale, {@code 1 / (1 - p)}, keeps the expectation
 * only about; {@link #exactMean()} scales by the inverse of the expectation itself, and the gradient follows.
 *
 * <p>The logit is clamped to that of 1e-6 and of 1 - 1e-6. Gradients are those at the clamped logit, not zero beyond it,
 * so that an optimiser finds back; it should clamp the logit that it holds.
 *
 * <p>Immutable; safe for use by any number of threads. Making one takes a few microseconds.
 *
 * <p>Source: Y. Gal, J. Hron, A. Kendall, "Concrete Dropout", NIPS 2017.
 */
public final class ConcreteRate {
    /** The least drop probability, and one minus the greatest. */
    public static final double LEAST = 1e-6;

    /** The temperature of the paper's experiments. */
    public static final double TEMPERATURE = 0.1;

    private static final double MOST_LOGIT = StrictMath.log1p(-LEAST) - StrictMath.log(LEAST);
    private static final double LEAST_TEMPERATURE = 1e-3;
    private static final double MOST_TEMPERATURE = 1e3;

    // the trapezoidal rule for E[f(W)], W logistic: its error is exp(-2 pi d / STEP) for an f without poles within d of
    // the real line, and d is pi or more below, so 1e-17
    private static final double STEP = 0.5;
    private static final int HALF = 80;
    private static final double[] WEIGHTS = weights();

    private final double logit;
    private final double temperature;
    private final boolean exact;
    private final double meanNoise;
    private final double scale;
    private final double slope;

    private ConcreteRate(double logit, double temperature, boolean exact) {
        this.logit = logit;
        this.temperature = temperature;
        this.exact = exact;
        double kept = 0; // E[1 - z]
        double slopeOfKept = 0; // its derivative with respect to the logit
        // (logit + V) / t > W for independent logistic V and W; the expectation over one of them is a sigmoid, whose
        // argument must be flat in the other, so that its poles are far
        double flat = Math.min(1, temperature);
        double steep = Math.max(1, temperature);
        for (int i = -HALF; i <= HALF; i++) {
            double x = (logit + flat * STEP * i) / steep;
            double sigmoid = sigmoid(-x);
            kept += WEIGHTS[i + HALF] * sigmoid;
            slopeOfKept -= WEIGHTS[i + HALF] * sigmoid * sigmoid(x) / steep;
        }
        meanNoise = 1 - kept;
        scale = exact ? 1 / kept : 1 + StrictMath.exp(logit);
        slope = exact ? -slopeOfKept / kept : sigmoid(logit);
    }

    private static double[] weights() {
        double[] weights = new double[2 * HALF + 1];
        for (int i = -HALF; i <= HALF; i++) {
            weights[i + HALF] = STEP * sigmoid(STEP * i) * sigmoid(-STEP * i);
        }
        return weights;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    /**
     * The rate of a logit.
     *
     * @param logit {@code log p - log(1 - p)}, clamped to that of {@link #LEAST} and of 1 less that
     * @param temperature how far the noise is from 0 and 1, from 0.001 to 1000
     * @return the rate
     * @throws IllegalArgumentException if the logit is NaN or the temperature out of range
     */
    public static ConcreteRate ofLogit(double logit, double temperature) {
        if (Double.isNaN(logit)) {
            throw new IllegalArgumentException("logit must be a number, got NaN");
        }
        if (!(temperature >= LEAST_TEMPERATURE && temperature <= MOST_TEMPERATURE)) {
            throw new IllegalArgumentException("temperature must be in [0.001, 1000], got " + temperature);
        }
        return new ConcreteRate(Math.clamp(logit, -MOST_LOGIT, MOST_LOGIT), temperature, false);
    }

    /**
     * The rate of a drop probability, at the temperature 0.1.
     *
     * @param p the probability to drop, in [0, 1], clamped to {@link #LEAST} and 1 less that
     * @return the rate
     * @throws IllegalArgumentException if the probability is NaN or outside [0, 1]
     */
    public static ConcreteRate drop(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("p must be in [0, 1], got " + p);
        }
        return ofLogit(StrictMath.log(p) - StrictMath.log1p(-p), TEMPERATURE);
    }

    /**
     * The same rate with the scale that keeps the expectation: {@code 1 / E[1 - z]} for {@code 1 / (1 - p)}. The
     * expectation is over a continuous {@code u}; the one drawn has 2^24 values.
     *
     * @return the rate
     */
    public ConcreteRate exactMean() {
        return new ConcreteRate(logit, temperature, true);
    }

    /**
     * The logit.
     *
     * @return {@code log p - log(1 - p)}, clamped
     */
    public double logit() {
        return logit;
    }

    /**
     * The drop probability.
     *
     * @return {@code p}, in [1e-6, 1 - 1e-6]
     */
    public double p() {
        return sigmoid(logit);
    }

    /**
     * The temperature.
     *
     * @return the temperature
     */
    public double temperature() {
        return temperature;
    }

    /**
     * The expectation of the noise.
     *
     * @return {@code E[z]}, to 1e-14
     */
    public double meanNoise() {
        return meanNoise;
    }

    /**
     * What {@code x (1 - z)} is multiplied by, to be rounded once to the data type.
     *
     * @return {@code 1 / (1 - p)}, or {@code 1 / E[1 - z]}
     */
    public double scale() {
        return scale;
    }

    /** The derivative of the scale's logarithm with respect to the logit. */
    double slope() {
        return slope;
    }

    @Override
    public String toString() {
        return "concrete drop " + p() + " at temperature " + temperature + (exact ? ", exact mean" : "");
    }
}
