package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.AllMasks.Mask;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Dropout as a penalty, in expectation over all masks; {@code p} is the probability to drop, {@code q = 1 - p}. In
 * double, to a relative error of 1e-12.
 */
final class RegularisationIdentitiesTest {
    private static final int EXAMPLES = 50;
    private static final int FEATURES = 8;
    private static final Percentage EXACT = Percentage.withPercentage(1e-10);

    /** A regression problem: inputs by row, targets, weights. */
    private static final class Problem {
        private final double[][] x;
        private final double[] y;
        private final double[] w;

        private Problem(double[][] x, double[] y, double[] w) {
            this.x = x;
            this.y = y;
            this.w = w;
        }

        static Problem random(int seed, int examples) {
            Random random = new Random(seed);
            double[][] x = new double[examples][FEATURES];
            double[] y = new double[examples];
            double[] w = random.doubles(FEATURES, -1, 1).toArray();
            for (int n = 0; n < examples; n++) {
                for (int i = 0; i < FEATURES; i++) {
                    x[n][i] = random.nextGaussian();
                }
                y[n] = random.nextGaussian();
            }
            return new Problem(x, y, w);
        }

        /** {@code sum over examples of (y - w' (a m * x))^2}. */
        double loss(Mask mask, double a) {
            double sum = 0;
            for (int n = 0; n < x.length; n++) {
                double error = y[n] - a * dot(w, mask.standard(x[n]));
                sum += error * error;
            }
            return sum;
        }

        /** The same without a mask. */
        double loss(double a) {
            double sum = 0;
            for (int n = 0; n < x.length; n++) {
                double error = y[n] - a * dot(w, x[n]);
                sum += error * error;
            }
            return sum;
        }

        double sumOfSquares(int feature) {
            double sum = 0;
            for (double[] row : x) {
                sum += row[feature] * row[feature];
            }
            return sum;
        }

        /** {@code |diag(X'X)^(1/2) w|^2}. */
        double penalty() {
            double sum = 0;
            for (int i = 0; i < FEATURES; i++) {
                sum += w[i] * w[i] * sumOfSquares(i);
            }
            return sum;
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** E1: {@code E sum (y - w'(m * x) / q)^2 = sum (y - w'x)^2 + p / q sum_i w_i^2 sum_n x_ni^2}. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .3, .5, .8})
    void e1InvertedDropoutIsRidgeRegression(double rate) {
        Rate drop = Rate.drop(rate);
        double p = drop.effective();
        Problem problem = Problem.random(1, EXAMPLES);
        assertThat(AllMasks.mean(FEATURES, drop, mask -> problem.loss(mask, 1 / (1 - p))))
                .isCloseTo(problem.loss(1) + p / (1 - p) * problem.penalty(), EXACT);
    }

    /**
     * E1: where features have a mean square of 1, the mean loss has the penalty {@code lambda |w|^2} with
     * {@code lambda = p / q}: 1 at one half, 3 / 7 at 0.3. Features are of plus and minus one, so that it is exact.
     */
    @ParameterizedTest
    @CsvSource({"0.5, 1", "0.3, 0.42857142857142855", "0.2, 0.25", "0.9, 9"})
    void e1LambdaIsPOverQ(double rate, double lambda) {
        Problem gaussian = Problem.random(2, EXAMPLES);
        double[][] signs = new double[EXAMPLES][FEATURES];
        for (int n = 0; n < EXAMPLES; n++) {
            for (int i = 0; i < FEATURES; i++) {
                signs[n][i] = Math.signum(gaussian.x[n][i]);
            }
        }
        Problem problem = new Problem(signs, gaussian.y, gaussian.w);
        Rate drop = Rate.drop(rate);
        double q = 1 - drop.effective();
        double withDropout = AllMasks.mean(FEATURES, drop, mask -> problem.loss(mask, 1 / q)) / EXAMPLES;
        double penalty = withDropout - problem.loss(1) / EXAMPLES;
        // the rate's threshold has 32 bits
        assertThat(penalty / dot(problem.w, problem.w)).isCloseTo(lambda, within(1e-7));
    }

    /**
     * E1: at {@code w = (X'X + p / q diag(X'X))^-1 X'y} the mean gradient of the loss with dropout is 0, so that is where
     * descending with dropout leads.
     */
    @ParameterizedTest
    @ValueSource(doubles = {.2, .5})
    void e1TheRidgeSolutionIsWhereTheGradientVanishes(double rate) {
        Rate drop = Rate.drop(rate);
        double p = drop.effective();
        double q = 1 - p;
        Problem problem = Problem.random(3, EXAMPLES);
        double[][] normal = new double[FEATURES][FEATURES + 1];
        for (int n = 0; n < EXAMPLES; n++) {
            double[] x = problem.x[n];
            for (int i = 0; i < FEATURES; i++) {
                for (int j = 0; j < FEATURES; j++) {
                    normal[i][j] += x[i] * x[j] * (i == j ? 1 / q : 1);
                }
                normal[i][FEATURES] += x[i] * problem.y[n];
            }
        }
        Problem solved = new Problem(problem.x, problem.y, solve(normal));
        for (int i = 0; i < FEATURES; i++) {
            int feature = i;
            double gradient = AllMasks.mean(FEATURES, drop, mask -> {
                double sum = 0;
                for (int n = 0; n < EXAMPLES; n++) {
                    double[] x = mask.standard(solved.x[n]);
                    sum -= 2 * (solved.y[n] - dot(solved.w, x) / q) * x[feature] / q;
                }
                return sum;
            });
            assertThat(gradient).isCloseTo(0, within(1e-10));
        }
    }

    /** Gauss and Jordan, with pivots from the diagonal: the matrix is positive definite. */
    private static double[] solve(double[][] augmented) {
        int n = augmented.length;
        for (int pivot = 0; pivot < n; pivot++) {
            for (int row = 0; row < n; row++) {
                double factor = augmented[row][pivot] / augmented[pivot][pivot];
                for (int column = 0; row != pivot && column <= n; column++) {
                    augmented[row][column] -= factor * augmented[pivot][column];
                }
            }
        }
        double[] solution = new double[n];
        for (int i = 0; i < n; i++) {
            solution[i] = augmented[i][n] / augmented[i][i];
        }
        return solution;
    }

    /** E2: {@code E |y - (R * X) w|^2 = |y - q X w|^2 + q p |diag(X'X)^(1/2) w|^2}; with {@code q w} for w it is E1. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .3, .5, .8})
    void e2StandardDropoutIsRidgeRegressionToo(double rate) {
        Rate drop = Rate.drop(rate);
        double p = drop.effective();
        double q = 1 - p;
        Problem problem = Problem.random(4, EXAMPLES);
        double standard = AllMasks.mean(FEATURES, drop, mask -> problem.loss(mask, 1));
        assertThat(standard).isCloseTo(problem.loss(q) + q * p * problem.penalty(), EXACT);

        double[] scaled = problem.w.clone();
        for (int i = 0; i < FEATURES; i++) {
            scaled[i] *= q;
        }
        Problem inverted = new Problem(problem.x, problem.y, scaled);
        assertThat(inverted.loss(1) + p / q * inverted.penalty()).isCloseTo(standard, EXACT);
    }

    /** {@code log(1 + e^z)}, the log-partition of the logistic model. */
    private static double logPartition(double z) {
        return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    }

    /** How far the quadratic penalty is from the exact one at weights of a scale, relatively. */
    private static double errorOfQuadraticPenalty(double rate, double bias, double scale) {
        Rate drop = Rate.drop(rate);
        double p = drop.effective();
        double q = 1 - p;
        Problem problem = Problem.random(5, 5);
        double[] beta = problem.w.clone();
        for (int i = 0; i < FEATURES; i++) {
            beta[i] *= scale;
        }
        double exact = AllMasks.mean(FEATURES, drop, mask -> {
            double sum = 0;
            for (double[] x : problem.x) {
                sum += logPartition(bias + dot(beta, mask.standard(x)) / q) - logPartition(bias + dot(beta, x));
            }
            return sum;
        });
        double quadratic = 0;
        for (double[] x : problem.x) {
            double pi = 1 / (1 + Math.exp(-bias - dot(beta, x)));
            for (int i = 0; i < FEATURES; i++) {
                quadratic += p / q / 2 * pi * (1 - pi) * x[i] * x[i] * beta[i] * beta[i];
            }
        }
        return Math.abs(quadratic / exact - 1);
    }

    /**
     * E3: for logistic regression the penalty is {@code p / (2 q) sum_i pi_i (1 - pi_i) sum_j x_ij^2 beta_j^2} to second
     * order. Its relative error falls with the scale of beta. The next term is cubic, so that halving beta halves the
     * error, but where the noise is symmetric, at rate one half, or the model is, at even odds: there it divides it by 4.
     */
    @ParameterizedTest
    @CsvSource({"0.5, 1, 4", "0.3, 1, 2", "0.7, 1, 2", "0.5, 0, 4", "0.3, 0, 4", "0.7, 0, 4"})
    void e3LogisticRegressionHasAnAdaptivePenalty(double rate, double bias, double ratio) {
        double scale = 1d / 256;
        double error = errorOfQuadraticPenalty(rate, bias, scale);
        assertThat(error).isLessThan(.01);
        assertThat(error / errorOfQuadraticPenalty(rate, bias, scale / 2)).isCloseTo(ratio, within(.05));
    }

    /** E3: the penalty spares the confident: it is less where a prediction is certain, though inputs are as large. */
    @Test
    void e3ConfidentPredictionsArePenalisedLess() {
        double[] x = {1, 1, 1, 1, 1, 1, 1, 1};
        double[] beta = {.5, .5, .5, .5, .5, .5, .5, .5};
        double[] penalty = new double[2];
        for (int confident = 0; confident < 2; confident++) {
            double bias = confident == 1 ? 4 : -4; // logits of 8 and 0
            penalty[confident] = AllMasks.mean(
                    FEATURES,
                    Rate.drop(.5),
                    mask -> logPartition(bias + 2 * dot(beta, mask.standard(x))) - logPartition(bias + 4));
        }
        assertThat(penalty[1]).isPositive().isLessThan(penalty[0] / 100);
    }

    /** E7: {@code E |X - U diag(m / q) V'|^2 = |X - U V'|^2 + p / q sum_k |u_k|^2 |v_k|^2}. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .4, .5})
    void e7MatrixFactorisationHasANuclearPenalty(double rate) {
        int rows = 5;
        int columns = 4;
        int rank = 6;
        Rate drop = Rate.drop(rate);
        double p = drop.effective();
        Random random = new Random(6);
        double[] x = random.doubles((long) rows * columns, -1, 1).toArray();
        double[][] u = new double[rows][rank];
        double[][] v = new double[columns][];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < rank; k++) {
                u[i][k] = random.nextDouble() - .5;
            }
        }
        for (int j = 0; j < columns; j++) {
            v[j] = random.doubles(rank, -1, 1).toArray();
        }
        double expected = AllMasks.mean(rank, drop, mask -> {
            double sum = 0;
            for (int i = 0; i < rows; i++) {
                double[] masked = mask.standard(u[i]);
                for (int j = 0; j < columns; j++) {
                    double error = x[i * columns + j] - dot(masked, v[j]) / (1 - p);
                    sum += error * error;
                }
            }
            return sum;
        });
        double closed = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double error = x[i * columns + j] - dot(u[i], v[j]);
                closed += error * error;
                for (int k = 0; k < rank; k++) {
                    closed += p / (1 - p) * u[i][k] * u[i][k] * v[j][k] * v[j][k];
                }
            }
        }
        assertThat(expected).isCloseTo(closed, EXACT);
    }
}
