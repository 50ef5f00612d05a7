package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Rows.assertSame;
import static io.github.lanedrop.kernels.Rows.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Memory.Kind;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Layer normalisation against its definition in float, bit for bit, and against its formula in double. */
@Tag("paths")
final class LayerNormKernelTest {
    private static final float EPSILON = 1e-5f;

    private final Rows rows = new Rows(3);

    /** What the documentation says, in float, in its order. */
    private static final class Definition {
        final int rows;
        final int columns;
        final float[] x;
        final float[] gamma;
        final float[] beta;
        final float[] mean;
        final float[] rstd;
        final float[] y;

        Definition(int rows, int columns, float[] x, float[] gamma, float[] beta) {
            this.rows = rows;
            this.columns = columns;
            this.x = x;
            this.gamma = gamma;
            this.beta = beta;
            mean = new float[rows];
            rstd = new float[rows];
            y = new float[rows * columns];
            for (int r = 0; r < rows; r++) {
                float[] row = Arrays.copyOfRange(x, r * columns, (r + 1) * columns);
                mean[r] = sum(row) / columns;
                float[] squares = new float[columns];
                for (int c = 0; c < columns; c++) {
                    squares[c] = (row[c] - mean[r]) * (row[c] - mean[r]);
                }
                rstd[r] = (float) (1 / Math.sqrt((double) (sum(squares) / columns) + EPSILON));
                for (int c = 0; c < columns; c++) {
                    y[r * columns + c] = ((row[c] - mean[r]) * rstd[r]) * gamma[c] + beta[c];
                }
            }
        }

        /** The gradients with respect to x, gamma and beta. */
        float[][] gradients(float[] dy) {
            float[] dx = new float[rows * columns];
            float[] products = new float[rows * columns];
            for (int r = 0; r < rows; r++) {
                float[] g = new float[columns];
                float[] gx = new float[columns];
                float[] value = new float[columns];
                for (int c = 0; c < columns; c++) {
                    int i = r * columns + c;
                    value[c] = (x[i] - mean[r]) * rstd[r];
                    g[c] = dy[i] * gamma[c];
                    gx[c] = g[c] * value[c];
                    products[i] = dy[i] * value[c];
                }
                float m1 = sum(g) / columns;
                float m2 = sum(gx) / columns;
                for (int c = 0; c < columns; c++) {
                    dx[r * columns + c] = ((g[c] - m1) - value[c] * m2) * rstd[r];
                }
            }
            return new float[][] {dx, columnSums(products), columnSums(dy)};
        }

        private float[] columnSums(float[] values) {
            int parts = 1;
            while (2 * parts <= Math.min(16, Math.min(rows, rows * columns / 16384))) {
                parts *= 2;
            }
            float[][] sums = new float[parts][columns];
            int row = 0;
            for (int part = 0; part < parts; part++) {
                int end = row + rows / parts + (part < rows % parts ? 1 : 0);
                for (; row < end; row++) {
                    for (int c = 0; c < columns; c++) {
                        sums[part][c] += values[row * columns + c];
                    }
                }
            }
            for (int half = parts / 2; half > 0; half /= 2) {
                for (int part = 0; part < half; part++) {
                    for (int c = 0; c < columns; c++) {
                        sums[part][c] += sums[part + half][c];
                    }
                }
            }
            return sums[0];
        }

        private static float sum(float[] values) {
            float[] partial = new float[64];
            for (int i = 0; i < values.length; i++) {
                partial[i % 64] += values[i];
            }
            for (int half = 32; half > 0; half /= 2) {
                for (int i = 0; i < half; i++) {
                    partial[i] += partial[i + half];
                }
            }
            return partial[0];
        }
    }

    private Definition definition(int r, int c) {
        return new Definition(r, c, rows.floats(r * c), rows.floats(c), rows.floats(c));
    }

    private LayerNorm norm(Definition definition) {
        return new LayerNorm(rows.of(definition.gamma), rows.of(definition.beta), definition.columns, EPSILON);
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.Rows#shapes")
    void forwardAndBackwardHaveTheBitsOfTheDefinition(int r, int c) {
        Definition definition = definition(r, c);
        LayerNorm norm = norm(definition);
        MemorySegment src = rows.of(definition.x);
        MemorySegment dst = rows.room(r * c);
        MemorySegment mean = rows.room(r);
        MemorySegment rstd = rows.room(r);
        LayerNormKernel.forward(norm, src, dst, mean, rstd, r);
        assertSame(mean, definition.mean, "mean");
        assertSame(rstd, definition.rstd, "rstd");
        assertSame(dst, definition.y, "dst");

        float[] dy = rows.floats(r * c);
        MemorySegment gammaGradient = rows.room(c);
        MemorySegment betaGradient = rows.room(c);
        LayerNormKernel.backward(norm, src, mean, rstd, rows.of(dy), dst, gammaGradient, betaGradient, r);
        float[][] expected = definition.gradients(dy);
        assertSame(dst, expected[0], "srcGradient");
        assertSame(gammaGradient, expected[1], "gammaGradient");
        assertSame(betaGradient, expected[2], "betaGradient");
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfMemoryAndMixturesGiveTheSameBits(Kind kind) {
        Definition definition = definition(13, 500);
        float[] dy = rows.floats(13 * 500);
        float[][] gradients = definition.gradients(dy);
        for (Kind other : new Kind[] {kind, Kind.NATIVE, Kind.HEAP_FLOATS}) {
            LayerNorm norm =
                    new LayerNorm(rows.in(kind, 1, definition.gamma), rows.in(other, 2, definition.beta), 500, EPSILON);
            MemorySegment src = rows.in(kind, 4, definition.x);
            MemorySegment dst = rows.in(other, 12, new float[13 * 500]);
            MemorySegment mean = rows.in(kind, 5, new float[13]);
            MemorySegment rstd = rows.in(other, 6, new float[13]);
            LayerNormKernel.forward(norm, src, dst, mean, rstd, 13);
            assertSame(dst, definition.y, kind + " to " + other);
            MemorySegment gammaGradient = rows.in(kind, 3, new float[500]);
            MemorySegment betaGradient = rows.in(other, 7, new float[500]);
            LayerNormKernel.backward(norm, src, mean, rstd, rows.in(kind, 9, dy), dst, gammaGradient, betaGradient, 13);
            assertSame(dst, gradients[0], kind + " to " + other);
            assertSame(gammaGradient, gradients[1], "gamma, " + kind + " to " + other);
            assertSame(betaGradient, gradients[2], "beta, " + kind + " to " + other);
        }
    }

    @Test
    void inPlaceAndTasksGiveTheSameBits() {
        Definition definition = definition(45, 1500); // four parts
        LayerNorm norm = norm(definition);
        MemorySegment inPlace = rows.of(definition.x);
        MemorySegment mean = rows.room(45);
        MemorySegment rstd = rows.room(45);
        LayerNormKernel.forward(norm, inPlace, inPlace, mean, rstd, 45, Rows.THREE);
        assertSame(inPlace, definition.y, "forward");

        float[] dy = rows.floats(45 * 1500);
        float[][] expected = definition.gradients(dy);
        MemorySegment gammaGradient = rows.room(1500);
        MemorySegment betaGradient = rows.room(1500);
        MemorySegment overSrc = rows.of(definition.x);
        LayerNormKernel.backward(
                norm, overSrc, mean, rstd, rows.of(dy), overSrc, gammaGradient, betaGradient, 45, Rows.THREE);
        assertSame(overSrc, expected[0], "over src");
        assertSame(gammaGradient, expected[1], "gamma");
        MemorySegment overGradient = rows.of(dy);
        LayerNormKernel.backward(
                norm,
                rows.of(definition.x),
                mean,
                rstd,
                overGradient,
                overGradient,
                gammaGradient,
                betaGradient,
                45,
                Rows.THREE);
        assertSame(overGradient, expected[0], "over the gradient");
        assertSame(betaGradient, expected[2], "beta");
    }

    @Test
    void aRowOfEqualElementsBecomesBeta() {
        float[] x = new float[3 * 70];
        Arrays.fill(x, 0, 70, 0f);
        Arrays.fill(x, 70, 140, 7.5f);
        Arrays.fill(x, 140, 210, -3f);
        float[] beta = rows.floats(70);
        MemorySegment dst = rows.room(210);
        MemorySegment mean = rows.room(3);
        LayerNorm norm = new LayerNorm(rows.of(rows.floats(70)), rows.of(beta), 70, EPSILON);
        LayerNormKernel.forward(norm, rows.of(x), dst, mean, rows.room(3), 3);
        float[] y = read(dst);
        for (int i = 0; i < 210; i++) {
            assertThat(y[i]).as("element %d", i).isEqualTo(beta[i % 70]);
        }
        assertSame(mean, new float[] {0, 7.5f, -3}, "mean");
    }

    @Test
    void aRowWithNaNOrAnInfinityBecomesNaNAndNoOtherRow() {
        float[] x = rows.floats(3 * 40);
        x[40 + 17] = Float.NaN;
        x[80 + 39] = Float.POSITIVE_INFINITY;
        MemorySegment dst = rows.room(120);
        LayerNorm norm = new LayerNorm(rows.of(rows.floats(40)), rows.of(rows.floats(40)), 40, EPSILON);
        LayerNormKernel.forward(norm, rows.of(x), dst, rows.room(3), rows.room(3), 3);
        float[] y = read(dst);
        assertThat(Arrays.copyOf(y, 40)).doesNotContain(Float.NaN);
        assertThat(Arrays.copyOfRange(y, 40, 120)).containsOnly(Float.NaN);
    }

    @Test
    void noRowsWriteNothingButGradientsOfZero() {
        MemorySegment none = rows.of(new float[0]);
        LayerNorm norm = new LayerNorm(rows.of(rows.floats(9)), rows.of(rows.floats(9)), 9, EPSILON);
        LayerNormKernel.forward(norm, none, none, none, none, 0);
        MemorySegment gammaGradient = rows.of(rows.floats(9));
        MemorySegment betaGradient = rows.of(rows.floats(9));
        LayerNormKernel.backward(norm, none, none, none, none, none, gammaGradient, betaGradient, 0);
        assertSame(gammaGradient, new float[9], "gamma");
        assertSame(betaGradient, new float[9], "beta");
    }

    /** A long row far from zero: one sum in float, or a difference of squares, would be far off. */
    @Test
    void longRowsFarFromZeroAreExact() {
        int c = 100_000;
        float[] x = rows.floats(c);
        double sum = 0;
        for (int i = 0; i < c; i++) {
            x[i] += 1000;
            sum += x[i];
        }
        double squares = 0;
        for (float value : x) {
            squares += (value - sum / c) * (value - sum / c);
        }
        MemorySegment mean = rows.room(1);
        MemorySegment rstd = rows.room(1);
        MemorySegment row = rows.of(x);
        float[] ones = new float[c];
        Arrays.fill(ones, 1);
        LayerNormKernel.forward(
                new LayerNorm(rows.of(ones), rows.of(new float[c]), c, EPSILON), row, row, mean, rstd, 1);
        assertThat((double) read(mean)[0]).isCloseTo(sum / c, within(2e-3));
        assertThat((double) read(rstd)[0]).isCloseTo(1 / Math.sqrt(squares / c + EPSILON), within(1e-5));
    }

    /** Central differences of the loss {@code sum(y * dy)} in double. */
    @Test
    void theGradientsAreThoseOfTheFormula() {
        int r = 5;
        int c = 23;
        Definition definition = definition(r, c);
        float[] dy = rows.floats(r * c);
        MemorySegment mean = rows.room(r);
        MemorySegment rstd = rows.room(r);
        MemorySegment dx = rows.room(r * c);
        MemorySegment gammaGradient = rows.room(c);
        MemorySegment betaGradient = rows.room(c);
        LayerNorm norm = norm(definition);
        MemorySegment src = rows.of(definition.x);
        LayerNormKernel.forward(norm, src, dx, mean, rstd, r);
        LayerNormKernel.backward(norm, src, mean, rstd, rows.of(dy), dx, gammaGradient, betaGradient, r);
        double[] x = doubles(definition.x);
        double[] gamma = doubles(definition.gamma);
        double[] beta = doubles(definition.beta);
        assertSlopes(read(dx), x, () -> loss(r, c, x, gamma, beta, dy));
        assertSlopes(read(gammaGradient), gamma, () -> loss(r, c, x, gamma, beta, dy));
        assertSlopes(read(betaGradient), beta, () -> loss(r, c, x, gamma, beta, dy));
    }

    static void assertSlopes(float[] gradient, double[] at, java.util.function.DoubleSupplier loss) {
        assertSlopes(gradient, at, loss, 1e-4);
    }

    static void assertSlopes(float[] gradient, double[] at, java.util.function.DoubleSupplier loss, double error) {
        double h = 1e-5;
        for (int i = 0; i < at.length; i++) {
            double before = at[i];
            at[i] = before + h;
            double above = loss.getAsDouble();
            at[i] = before - h;
            double below = loss.getAsDouble();
            at[i] = before;
            assertThat((double) gradient[i]).as("element %d", i).isCloseTo((above - below) / (2 * h), within(error));
        }
    }

    static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** {@code sum(LN(x) * dy)} in double. */
    static double loss(int rows, int columns, double[] x, double[] gamma, double[] beta, float[] dy) {
        double loss = 0;
        for (int r = 0; r < rows; r++) {
            double[] row = Arrays.copyOfRange(x, r * columns, (r + 1) * columns);
            double mean = Arrays.stream(row).average().orElseThrow();
            double variance = Arrays.stream(row)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElseThrow();
            for (int c = 0; c < columns; c++) {
                double y = (row[c] - mean) / Math.sqrt(variance + EPSILON) * gamma[c] + beta[c];
                loss += y * dy[r * columns + c];
            }
        }
        return loss;
    }
}
