package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each run of these tests is for one path through the kernels, named by its {@code tests.expect.*} properties; without them
 * it is that of the machine, vectors of the width that its CPU prefers. Were another path live, the run would pass and
 * prove nothing.
 */
@Tag("paths")
final class ExpectedPathTest {
    @Test
    void pathIsTheOneThatThisRunIsFor() {
        String expected = System.getProperty("tests.expect.path");
        if (expected == null) {
            expected = machineBits() > 0 ? "vector" : "scalar";
        }
        Kernels.Path path = Kernels.describe();
        assertThat(path.vector() ? "vector" : "scalar").as(path.toString()).isEqualTo(expected);
    }

    @Test
    void widthIsTheOneThatThisRunIsFor() {
        String expected = System.getProperty("tests.expect.bits");
        Kernels.Path path = Kernels.describe();
        assertThat(path.vectorBits())
                .as(path.toString())
                .isEqualTo(expected == null ? machineBits() : Integer.parseInt(expected));
    }

    /** The CPU's preferred width, 0 if that is none; not to be asked in runs without the vector module. */
    private static int machineBits() {
        int bits = VectorShape.preferredShape().vectorBitSize();
        return bits < 128 ? 0 : bits;
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
