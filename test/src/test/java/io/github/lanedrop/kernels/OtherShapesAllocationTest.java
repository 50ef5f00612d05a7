package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.KernelCalls.KernelCall;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls allocate nothing in a JVM either whose profiles another user of vectors has filled with other shapes. */
@Tag("alone")
@Tag("shapes")
final class OtherShapesAllocationTest {
    @BeforeAll
    static void anotherUserOfVectors() {
        Allocation.assumeCounted();
        assertThat(OtherShapes.use()).isNotZero();
        Overlap.slicesAreInlined(Arena.ofAuto().allocate(1024), WarmUp.QUESTIONS); // so that long calls draw ahead
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.FusedCalls#all")
    void fusedCalls(KernelCall call) {
        Allocation.assertNone(call.name(), Allocation.of(call.call()));
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.KernelCalls#all")
    void kernelCalls(KernelCall call) {
        Allocation.assertNone(call.name(), Allocation.of(call.call()));
    }
}
