package io.github.lanedrop.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.NoiseKernel;
import io.github.lanedrop.kernels.NoiseSource;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The benchmark computes what it says. */
final class NoiseBenchTest {
    private static final int ELEMENTS = 4096;

    private final NoiseBench bench = new NoiseBench();

    @BeforeEach
    void setUp() {
        bench.elements = ELEMENTS;
        bench.setUp();
    }

    private float[] ratios() {
        float[] ratios = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            ratios[i] =
                    bench.dst.getAtIndex(ValueLayout.JAVA_FLOAT, i) / bench.src.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        }
        return ratios;
    }

    private void assertFactors(NoiseSource noise) {
        float[] factors = new float[ELEMENTS];
        NoiseKernel.fill(noise, 0, MemorySegment.ofArray(factors), ELEMENTS, Workers.NONE);
        float[] ratios = ratios();
        for (int i = 0; i < ELEMENTS; i++) {
            assertThat(ratios[i]).isBetween(factors[i] - 1e-6f, factors[i] + 1e-6f);
        }
    }

    @Test
    void outputsAreInputsTimesNoise() {
        bench.gaussianDropout();
        assertFactors(bench.gaussian);
        bench.uout();
        assertFactors(bench.uniform);
        bench.copyAndScale();
        assertThat(ratios()[17]).isBetween(1.099999f, 1.100001f);
    }

    /** The last thousand words are those of the last elements: as many were drawn as there are elements. */
    @Test
    void wordsAreThoseOfTheElements() {
        bench.words();
        byte[] expected = new byte[bench.words.length];
        Philox4x32.fill(2026, 0, (ELEMENTS - 1024) / 4, Philox4x32.ROUNDS, expected, 0, 256);
        assertThat(bench.words).isEqualTo(expected);
    }

    /** Mean 1, variance 1/9, within six standard errors. */
    @Test
    void theJdkLoopDrawsTheSameDistribution() {
        bench.jdkLoop();
        double sum = 0;
        double squares = 0;
        for (float ratio : ratios()) {
            sum += ratio - 1;
            squares += (ratio - 1) * (ratio - 1);
        }
        assertThat(Math.abs(sum / ELEMENTS)).isLessThan(6 / 3.0 / Math.sqrt(ELEMENTS));
        assertThat(Math.abs(9 * squares / ELEMENTS - 1)).isLessThan(6 * Math.sqrt(2.0 / ELEMENTS));
    }
}
