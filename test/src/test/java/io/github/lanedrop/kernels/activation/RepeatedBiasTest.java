package io.github.lanedrop.kernels.activation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.lanes.DrawingLoop;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A row's bias, repeated for loops that know nothing of rows. */
final class RepeatedBiasTest {
    @ParameterizedTest
    @CsvSource({
        "1, 512",
        "3, 513",
        "255, 765",
        "256, 512",
        "257, 514",
        "511, 1022",
        "512, 512",
        "513, 513",
        "4099, 4099"
    })
    void aPeriodAndWhatALoopReadsBeyondIt(int columns, int period) {
        var repeated = new RepeatedBias();
        // longer than all that follow, which leave its rest as it is
        repeated.set(bias(5000), 5000, DrawingLoop.ELEMENTS);
        repeated.set(bias(columns), columns, DrawingLoop.ELEMENTS);
        assertThat(repeated.period).isEqualTo(period);
        for (int at = 0; at < period + DrawingLoop.ELEMENTS; at++) {
            assertThat(repeated.values().getAtIndex(ValueLayout.JAVA_FLOAT, at))
                    .as("value %d", at)
                    .isEqualTo(at % columns);
        }
    }

    private static MemorySegment bias(int columns) {
        float[] values = new float[columns];
        for (int i = 0; i < columns; i++) {
            values[i] = i;
        }
        return MemorySegment.ofArray(values);
    }
}
