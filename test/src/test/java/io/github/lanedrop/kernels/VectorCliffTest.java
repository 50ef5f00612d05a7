package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Allocation} tells a kernel that fell off C2's cliff from one that did not, where results do not. */
@Tag("alone")
@Tag("cliff")
final class VectorCliffTest {
    private final int[] values = IntStream.range(0, 64).toArray();

    @BeforeEach
    void needsVectors() {
        Allocation.assumeCounted();
        assumeTrue(Kernels.describe().vector(), "no vectors here");
    }

    @Test
    void bothWaysGiveTheSameBits() {
        int[] others = values.clone();
        VectorCliff.byHelpers(values);
        VectorCliff.byLoop(others);
        assertThat(values).isEqualTo(others).isNotEqualTo(IntStream.range(0, 64).toArray());
    }

    @Test
    void theGuardCatchesBoxedVectors() {
        assertThat(Allocation.of(() -> VectorCliff.byHelpers(values), 8, 0))
                .as("bytes that %d calls allocate", Allocation.CALLS)
                .isGreaterThan(Allocation.CALLS);
    }

    @Test
    void theGuardPassesTheSameKernelAsALoop() {
        assertThat(Allocation.of(() -> VectorCliff.byLoop(values))).isZero();
    }
}
