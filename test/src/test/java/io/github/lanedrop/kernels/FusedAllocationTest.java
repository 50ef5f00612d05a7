package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.KernelCalls.KernelCall;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once compiled, a fused call allocates nothing: above all no vector, of which C2 boxes those that cross calls that it does
 * not inline. Measured as in {@link AllocationTest}.
 */
@Tag("alone")
@Tag("fused")
final class FusedAllocationTest {
    @BeforeAll
    static void needsC2() {
        Allocation.assumeCounted();
        Overlap.slicesAreInlined(Arena.ofAuto().allocate(1024), WarmUp.QUESTIONS); // so that long calls draw ahead
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.FusedCalls#shortCalls")
    void fusedCalls(KernelCall call) {
        Allocation.assertNone(call.name(), Allocation.of(call.call()));
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.FusedCalls#longChains")
    @Tag("slices")
    void callsOverSlices(KernelCall call) {
        Allocation.assertNone(call.name(), Allocation.of(call.call()));
    }
}
