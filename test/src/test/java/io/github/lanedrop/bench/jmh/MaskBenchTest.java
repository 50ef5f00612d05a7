package io.github.lanedrop.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The benchmark computes what it says, with the source that it was given. */
final class MaskBenchTest {
    private static final int ELEMENTS = 300_000; // more than a sample of channels

    private static MaskBench bench(MaskBench.Source source) {
        MaskBench bench = new MaskBench();
        bench.elements = ELEMENTS;
        bench.source = source;
        bench.setUp();
        return bench;
    }

    @ParameterizedTest
    @EnumSource
    void forwardDropsByTheMaskAndScalesAsTheRoofDoes(MaskBench.Source source) {
        MaskBench bench = bench(source);
        bench.copyAndScale();
        float[] scaled = bench.dst.toArray(ValueLayout.JAVA_FLOAT);
        assertThat(scaled[1]).isEqualTo(1.001f * (float) bench.mask.scale());
        bench.forward();
        bench.keepBits();
        float[] dropped = bench.dst.toArray(ValueLayout.JAVA_FLOAT);
        float[] expected = new float[ELEMENTS];
        int kept = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            int bit = (bench.keepBits.get(ValueLayout.JAVA_BYTE, i / 8) >>> (i % 8)) & 1;
            expected[i] = bit == 1 ? scaled[i] : 0f;
            kept += bit;
        }
        assertThat(dropped).isEqualTo(expected);
        assertThat((double) kept / ELEMENTS).as("share that is kept").isBetween(.8, .97); // as few as 96 decide
    }

    /** Groups have the size that their name says: neighbours that share a decision, and those that do not. */
    @ParameterizedTest
    @EnumSource(names = {"ROWS", "CHANNELS_FIRST", "CHANNELS_LAST", "LOCKED"})
    void groupsAreAsLargeAsSaid(MaskBench.Source source) {
        MaskBench bench = bench(source);
        bench.keepBits();
        int distance = switch (source) {
            case ROWS, CHANNELS_FIRST -> 1;
            case CHANNELS_LAST -> 64;
            default -> 512;
        };
        int group = source == MaskBench.Source.ROWS ? 1024 : 3136;
        int changes = 0;
        for (int i = distance; i < 60_000; i++) {
            int bit = bench.keepBits.get(ValueLayout.JAVA_BYTE, i / 8) >>> (i % 8) & 1;
            int before = bench.keepBits.get(ValueLayout.JAVA_BYTE, (i - distance) / 8) >>> ((i - distance) % 8) & 1;
            if (bit != before) {
                assertThat(distance).as("only runs end").isEqualTo(1);
                assertThat(i % group).isZero();
                changes++;
            }
        }
        if (distance == 1) {
            assertThat(changes).isPositive();
        }
    }
}
