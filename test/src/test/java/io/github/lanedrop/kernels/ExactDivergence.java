package io.github.lanedrop.kernels;

/**
 * The divergence from the log-uniform prior that the papers approximate, by a series.
 *
 * <pre>
 * -KL = log(alpha) / 2 - E log|1 + sqrt(alpha) e| + constant
 * (1 + sqrt(alpha) e)^2 / alpha is noncentral chi-square, of one degree of freedom, noncentrality 1 / alpha:
 * E log of it = log 2 + sum over k of Poisson(k; 1 / (2 alpha)) digamma(k + 1/2)
 * </pre>
 */
final class ExactDivergence {
    static final double EULER = 0.5772156649015329;

    private ExactDivergence() {}

    /** {@code log(alpha) / 2 - E log|1 + sqrt(alpha) e|}. */
    static double negative(double alpha) {
        double mean = 1 / (2 * alpha);
        double logWeight = -mean;
        double digamma = -EULER - 2 * Math.log(2); // of 1/2
        double sum = 0;
        double last = mean + 60 * Math.sqrt(mean) + 60;
        for (int k = 0; k < last; k++) {
            sum += Math.exp(logWeight) * digamma;
            logWeight += Math.log(mean) - Math.log(k + 1);
            digamma += 1 / (k + .5);
        }
        return -.5 * (Math.log(2) + sum);
    }
}
