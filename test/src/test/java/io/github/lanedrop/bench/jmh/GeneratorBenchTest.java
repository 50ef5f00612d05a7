package io.github.lanedrop.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Both generators make the same numbers, call after call, so that the benchmark compares nothing but how. */
final class GeneratorBenchTest {
    @Test
    void bothMakeTheSameNumbers() {
        GeneratorBench lanedrop = new GeneratorBench();
        GeneratorBench commons = new GeneratorBench();
        lanedrop.generator = GeneratorBench.Generator.LANEDROP;
        commons.generator = GeneratorBench.Generator.COMMONS;
        for (int call = 0; call < 2; call++) {
            assertThat(lanedrop.bytes()).hasSize(4 * GeneratorBench.NUMBERS).isEqualTo(commons.bytes());
            assertThat(lanedrop.ints()).hasSize(GeneratorBench.NUMBERS).isEqualTo(commons.ints());
            assertThat(lanedrop.longs()).hasSize(GeneratorBench.NUMBERS).isEqualTo(commons.longs());
            assertThat(lanedrop.floats()).hasSize(GeneratorBench.NUMBERS).isEqualTo(commons.floats());
            assertThat(lanedrop.doubles()).hasSize(GeneratorBench.NUMBERS).isEqualTo(commons.doubles());
        }
        assertThat(lanedrop.ints()).doesNotContain(0); // of 4,096 words one is 0 once in a million seeds
    }
}
