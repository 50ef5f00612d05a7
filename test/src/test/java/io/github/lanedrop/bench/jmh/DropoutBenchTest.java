package io.github.lanedrop.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Rate;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmark computes what it says, with the parameters that it was given. */
final class DropoutBenchTest {
    private static final int ELEMENTS = 4096;

    private static DropoutBench bench(double rate) {
        return bench(rate, ELEMENTS, 1);
    }

    private static DropoutBench bench(double rate, int elements, int threads) {
        DropoutBench bench = new DropoutBench();
        bench.elements = elements;
        bench.rate = rate;
        bench.threads = threads;
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
    void backwardDrawsTheMaskAgain(double rate) {
        DropoutBench bench = bench(rate);
        bench.forward();
        float[] forward = values(bench);
        bench.dst.fill((byte) 0);
        bench.backward();
        assertThat(values(bench)).isEqualTo(forward);
    }

    @Test
    void copyCopies() {
        DropoutBench bench = bench(.1);
        bench.copy();
        assertThat(values(bench)).isEqualTo(bench.src.toArray(ValueLayout.JAVA_FLOAT));
    }

    /** Parts of unequal size, and more threads than one: the same elements, all of them. */
    @ParameterizedTest
    @CsvSource({"4096, 2", "4097, 2", "10001, 3", "2, 3"})
    void threadsShareACallAndChangeNothing(int elements, int threads) {
        DropoutBench one = bench(.1, elements, 1);
        DropoutBench more = bench(.1, elements, threads);
        assertThat(more.workers.tasks()).isEqualTo(threads);
        List<Consumer<DropoutBench>> works = List.of(
                DropoutBench::copyAndScale,
                DropoutBench::forward,
                DropoutBench::backward,
                DropoutBench::backwardStored,
                DropoutBench::inPlace);
        for (Consumer<DropoutBench> work : works) {
            one.dst.copyFrom(one.src); // what is dropped in place
            more.dst.copyFrom(one.src);
            work.accept(one);
            work.accept(more);
            assertThat(values(more)).isEqualTo(values(one));
        }
        more.endThreads();
    }

    @ParameterizedTest
    @CsvSource({"4096, 2", "10001, 3", "2, 3"})
    void threadsCopyEverything(int elements, int threads) {
        DropoutBench bench = bench(.1, elements, threads);
        bench.copy();
        assertThat(bench.dst.mismatch(bench.src)).isEqualTo(-1);
        bench.endThreads();
    }

    /** What is measured is not eliminated: each call leaves its mark in memory that outlives it. */
    @Test
    void everyCallWritesItsResult() {
        DropoutBench bench = bench(.1);
        List<Consumer<DropoutBench>> works = List.of(
                DropoutBench::copy,
                DropoutBench::copyAndScale,
                DropoutBench::forward,
                DropoutBench::backward,
                DropoutBench::backwardStored);
        for (Consumer<DropoutBench> work : works) {
            bench.dst.fill((byte) 0x7f);
            work.accept(bench);
            for (float value : values(bench)) {
                assertThat(value).isLessThan(3f);
            }
        }
        byte[] mask = bench.keepBits.toArray(ValueLayout.JAVA_BYTE);
        bench.keepBits.fill((byte) 0);
        bench.keepBits();
        assertThat(bench.keepBits.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(mask);
    }
}
