package io.github.lanedrop.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.Rate;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmarks with peers call the peer that they were told, with what they were told. */
final class PeerBenchTest {
    private static final int ELEMENTS = 40_000;

    private static PeerBench bench(String peer, double rate) {
        PeerBench bench = new PeerBench();
        bench.peer = peer;
        bench.elements = ELEMENTS;
        bench.rate = rate;
        bench.threads = 1;
        bench.memory = "fresh";
        bench.setUp();
        return bench;
    }

    private static float[] values(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static int zeros(float[] values) {
        int zeros = 0;
        for (float value : values) {
            zeros += value == 0 ? 1 : 0;
        }
        return zeros;
    }

    @ParameterizedTest
    @CsvSource({
        "lanedrop, .1",
        "lanedrop, .5",
        "splittable-random, .1",
        "thread-local-random, .5",
        "commons-rng, .1",
        "weak-hash, .5"
    })
    void thePeerDropsAtTheRate(String peer, double rate) {
        PeerBench bench = bench(peer, rate);
        assertThat(bench.task.threads()).isEqualTo(1);
        assertThat(bench.task.rate()).isEqualTo(rate);
        float[] src = values(bench.task.src());
        assertThat(src).hasSize(ELEMENTS);
        float[] before = values(bench.work.result());
        bench.forward();
        float[] forward = values(bench.work.result());
        assertThat(forward).as("a new mask in each call").isNotEqualTo(before);
        float scale = (float) Rate.drop(rate).scale();
        for (int i = 0; i < ELEMENTS; i++) {
            if (forward[i] != 0) {
                assertThat(forward[i]).isBetween(src[i] * scale - 1e-6f, src[i] * scale + 1e-6f);
            }
        }
        double sigma = Math.sqrt(ELEMENTS * rate * (1 - rate));
        assertThat(Math.abs(zeros(forward) - ELEMENTS * rate)).isLessThan(6 * sigma);
        bench.task.dst().fill((byte) 0x7f);
        bench.backward();
        assertThat(values(bench.work.result()))
                .as("the mask of the last forward")
                .isEqualTo(forward);
        bench.inPlace();
        assertThat(zeros(values(bench.task.dst())))
                .as("drops from what is there")
                .isGreaterThan(zeros(forward));
        bench.tearDown();
    }

    /** The report would name what was not measured. */
    @Test
    void memoryThatIsNotWhatTheEnvironmentSaysIsRefused() {
        PeerBench bench = new PeerBench();
        bench.peer = "lanedrop";
        bench.elements = 1;
        bench.rate = .5;
        bench.threads = 1;
        bench.memory = "reused";
        assertThatThrownBy(bench::setUp)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memory is reused, but the environment says fresh");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lanedrop", "weak-hash"})
    void smallCallsDropATenth(String peer) {
        CallBench bench = new CallBench();
        bench.peer = peer;
        bench.elements = ELEMENTS;
        bench.setUp();
        bench.forward();
        float[] forward = values(bench.work.result());
        assertThat(forward).hasSize(ELEMENTS);
        assertThat(Math.abs(zeros(forward) - ELEMENTS / 10)).isLessThan((int) (6 * Math.sqrt(ELEMENTS * .09)));
        bench.forward();
        assertThat(values(bench.work.result())).isNotEqualTo(forward);
        bench.tearDown();
    }
}
