package io.github.lanedrop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.simd.Simd;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first calls of a JVM on several threads at once: static initialisers must not wait for one another in a circle. */
final class StartTest {
    @TempDir
    private Path folder;

    private void assertEnds(String threads, String... arguments) {
        ChildJvm child = ChildJvm.run(
                folder,
                List.of(Simd.FLAG.split(" ")),
                System.getProperty("java.class.path"),
                StartMain.class,
                arguments);
        assertThat(child.exit()).as("%s%n%s", child.command(), child.err()).isZero();
        assertThat(child.out()).isEqualToNormalizingNewlines(threads + " threads, selfTest=true\n");
        assertThat(child.err()).doesNotContain("Exception", "Error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "5"})
    void firstCallsOfEveryFamily(String turn) {
        assertEnds("12", turn);
    }

    @Test
    void warmUpOnTwoThreads() {
        assertEnds("2", "warmUp", "2");
    }
}
