package io.github.lanedrop.bench.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is made of a cold JVM's numbers. */
final class StartTest {
    /** A first call of 50 ms, ten calls of 1 ms, then a hundred stretches of 1,000 calls of 100 ns. */
    private static List<String> lines() {
        List<String> lines = new ArrayList<>(List.of("61500 2000000", "1 50000000", "10 10000000"));
        for (int i = 0; i < 100; i++) {
            lines.add("1000 100000");
        }
        return lines;
    }

    @Test
    void peakIsReachedWhereCallsTakeNoLongerThanAtTheEnd() {
        Start start = Start.of(lines());
        assertThat(start.startMillis()).isEqualTo(61.5);
        assertThat(start.warmUpMillis()).isEqualTo(2);
        assertThat(start.firstCallNanos()).isEqualTo(5e7);
        assertThat(start.calls()).startsWith(1L, 11L, 1011L).hasSize(102);
        assertThat(start.nanos()).startsWith(5e7, 1e6, 100.0);
        // the median of the first two stretches and three fast ones is fast
        assertThat(start.callsToPeak()).isZero();
        assertThat(start.peakNanos()).isEqualTo(100);
    }

    @Test
    void slowStretchesAtTheStartComeBeforeThePeak() {
        List<String> lines = lines();
        for (int i = 0; i < 10; i++) {
            lines.add(2, "10 10000000");
        }
        Start start = Start.of(lines);
        // of five stretches in a row, the last two slow ones may be two
        assertThat(start.callsToPeak()).isEqualTo(1 + 9 * 10);
        assertThat(start.millisToPeak()).isCloseTo(50 + 9 * 10, within(1e-9));
    }

    /** A disturbance of the machine in between is none of the compiler. */
    @Test
    void aDisturbanceMovesNothing() {
        List<String> lines = lines();
        lines.add(60, "1000 900000");
        lines.add(90, "1000 900000");
        assertThat(Start.of(lines).callsToPeak()).isZero();
        assertThat(Start.of(lines).peakNanos()).isEqualTo(100);
    }

    /** One that is still getting faster when it ends reaches what it calls its peak at the end. */
    @Test
    void withoutAPeakItIsLate() {
        List<String> lines = new ArrayList<>(List.of("1000 0"));
        for (int i = 0; i < 40; i++) {
            lines.add("100 " + (long) (1e9 * Math.pow(.8, i)));
        }
        Start start = Start.of(lines);
        assertThat(start.callsToPeak()).isPositive();
        assertThat(start.millisToPeak()).isPositive();
    }

    @Test
    void whatIsNoAnswerIsRefused() {
        assertThatThrownBy(() -> Start.of(List.of("1 2")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a cold JVM printed 1 lines");
        assertThatThrownBy(() -> Start.of(List.of("1 2", "1 2 3")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a cold JVM printed \"1 2 3\"");
    }
}
