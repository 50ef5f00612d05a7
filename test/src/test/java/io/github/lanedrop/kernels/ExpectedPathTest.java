package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each run of these tests is for one path through the kernels, named by its {@code tests.expect.*} properties. Were
 * another path live, the run would pass and prove nothing.
 */
@Tag("paths")
final class ExpectedPathTest {
    @Test
    void pathIsTheOneThatThisRunIsFor() {
        String expected = System.getProperty("tests.expect.path", "");
        assumeTrue(!expected.isEmpty(), "this run takes the path that suits the machine: " + Kernels.describe());
        Kernels.Path path = Kernels.describe();
        assertThat(path.vector() ? "vector" : "scalar").as(path.toString()).isEqualTo(expected);
    }

    @Test
    void widthIsTheOneThatThisRunIsFor() {
        String expected = System.getProperty("tests.expect.bits", "");
        assumeTrue(!expected.isEmpty(), "this run takes the width that suits the machine: " + Kernels.describe());
        Kernels.Path path = Kernels.describe();
        assertThat(path.vectorBits()).as(path.toString()).isEqualTo(Integer.parseInt(expected));
    }

    @Test
    void descriptionIsConsistent() {
        Kernels.Path path = Kernels.describe();
        assertThat(path.reason()).isNotBlank();
        if (path.vector()) {
            assertThat(path.vectorBits()).isIn(128, 256, 512);
        }
    }
}
