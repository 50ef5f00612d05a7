package io.github.lanedrop.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Rate;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmark computes what it says, with the parameters that it was given. */
final class DropoutBenchTest {
    private static final int ELEMENTS = 4096;

    private static DropoutBench bench(double rate) {
        DropoutBench bench = new DropoutBench();
        bench.elements = ELEMENTS;
        bench.rate = rate;
        bench.setUp();
        return bench;
    }

    private static float[] values(DropoutBench bench) {
        return bench.dst.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static boolean kept(DropoutBench bench, int element) {
        return ((bench.keepBits.get(ValueLayout.JAVA_BYTE, element / 8) >>> (element % 8)) & 1) != 0;
    }

    private static float scaled(DropoutBench bench, double rate, int element) {
        return bench.src.getAtIndex(ValueLayout.JAVA_FLOAT, element)
                * (float) Rate.drop(rate).scale();
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .5})
    void copyAndScaleScalesEveryElement(double rate) {
        DropoutBench bench = bench(rate);
        bench.copyAndScale();
        float[] dst = values(bench);
        for (int i = 0; i < ELEMENTS; i++) {
            assertThat(dst[i]).isEqualTo(scaled(bench, rate, i));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .5})
    void forwardAndBackwardDropByTheSameMask(double rate) {
        DropoutBench bench = bench(rate);
        bench.forward();
        float[] forward = values(bench);
        for (int i = 0; i < ELEMENTS; i++) {
            assertThat(forward[i]).isEqualTo(kept(bench, i) ? scaled(bench, rate, i) : 0f);
        }
        bench.dst.fill((byte) 0);
        bench.backwardStored();
        assertThat(values(bench)).isEqualTo(forward);
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .5})
    void inPlaceWorksOnItsOwnOutput(double rate) {
        DropoutBench bench = bench(rate);
        bench.dst.copyFrom(bench.src);
        bench.inPlace();
        float[] inPlace = values(bench);
        bench.forward();
        assertThat(inPlace).isEqualTo(values(bench));
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .5})
    void theCommonsRngLoopDropsAtTheRate(double rate) {
        DropoutBench bench = bench(rate);
        bench.commonsRngLoop();
        float[] dst = values(bench);
        int dropped = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            dropped += dst[i] == 0f ? 1 : 0;
            assertThat(dst[i]).isIn(0f, scaled(bench, rate, i));
        }
        double sigma = Math.sqrt(ELEMENTS * rate * (1 - rate));
        assertThat(Math.abs(dropped - ELEMENTS * rate)).isLessThan(6 * sigma);
    }
}
