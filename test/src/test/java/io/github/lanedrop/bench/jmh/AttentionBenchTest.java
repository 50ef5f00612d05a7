package io.github.lanedrop.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The benchmark computes what it says, with the parameters that it was given. */
final class AttentionBenchTest {
    private static final int LENGTH = 40;
    private static final int DEPTH = 8;

    private static AttentionBench bench(double rate, boolean causal) {
        AttentionBench bench = new AttentionBench();
        bench.length = LENGTH;
        bench.depth = DEPTH;
        bench.rate = rate;
        bench.causal = causal;
        bench.setUp();
        return bench;
    }

    private static float[] values(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], within(5e-6f));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", ".1, false", ".1, true"})
    void tiledAndUnfusedAreOneAttention(double rate, boolean causal) {
        AttentionBench bench = bench(rate, causal);
        bench.forward();
        float[] tiled = values(bench.output);
        bench.output.fill((byte) 0);
        bench.unfused();
        assertClose(values(bench.output), tiled);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", ".1, false", ".1, true"})
    void tiledAndUnfusedHaveOneGradient(double rate, boolean causal) {
        AttentionBench bench = bench(rate, causal);
        bench.backward();
        float[] ofQueries = values(bench.gradients.queries());
        float[] ofKeys = values(bench.gradients.keys());
        float[] ofValues = values(bench.gradients.values());
        bench.gradients.queries().fill((byte) 0);
        bench.gradients.keys().fill((byte) 0);
        bench.gradients.values().fill((byte) 0);
        bench.unfusedBackward();
        assertClose(values(bench.gradients.queries()), ofQueries);
        assertClose(values(bench.gradients.keys()), ofKeys);
        assertClose(values(bench.gradients.values()), ofValues);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", ".1, false", ".1, true"})
    void softmaxDropsAndHidesWhatItIsTold(double rate, boolean causal) {
        AttentionBench bench = bench(rate, causal);
        bench.copy();
        assertThat(values(bench.probabilities)).isEqualTo(values(bench.scores));
        bench.softmaxDropout();
        float[] p = values(bench.probabilities);
        int seen = 0;
        int zeros = 0;
        for (int i = 0; i < p.length; i++) {
            if (causal && i % LENGTH > i / LENGTH) {
                assertThat(p[i]).isZero();
            } else {
                seen++;
                zeros += p[i] == 0 ? 1 : 0;
            }
        }
        assertThat(zeros).isBetween((int) (rate * seen / 2), (int) (rate * seen * 2));
    }

    /** The sum over a row of a softmax's scores' gradient is 0, as a score added to all changes nothing. */
    @ParameterizedTest
    @CsvSource({"0, false", "0, true", ".1, false", ".1, true"})
    void gradientsOfRowsAddUpToZero(double rate, boolean causal) {
        AttentionBench bench = bench(rate, causal);
        bench.softmaxDropoutBackward();
        float[] gradient = values(bench.probabilities);
        for (int row = 0; row < LENGTH; row++) {
            double sum = 0;
            double size = 0;
            for (int c = 0; c < LENGTH; c++) {
                sum += gradient[row * LENGTH + c];
                size += Math.abs(gradient[row * LENGTH + c]);
            }
            assertThat(sum).isCloseTo(0, within(1e-6));
            assertThat(size > 1e-4).isEqualTo(!causal || row > 0);
        }
    }

    /** A weighted sum of values is linear in them: the values' gradient times the values is the output's times the output. */
    @ParameterizedTest
    @CsvSource({"0, false", "0, true", ".1, false", ".1, true"})
    void backwardIsTheGradientOfForward(double rate, boolean causal) {
        AttentionBench bench = bench(rate, causal);
        bench.forward();
        bench.backward();
        double ofOutput = dot(values(bench.output), values(bench.outputGradient));
        double ofValues = dot(values(bench.operands.values()), values(bench.gradients.values()));
        assertThat(ofValues).isCloseTo(ofOutput, within(1e-4));
        double ofQueries = dot(values(bench.operands.queries()), values(bench.gradients.queries()));
        double ofKeys = dot(values(bench.operands.keys()), values(bench.gradients.keys()));
        assertThat(ofQueries).as("a score is linear in both").isCloseTo(ofKeys, within(1e-4));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
