package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.KernelCalls.KernelCall;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once compiled, a call of a kernel allocates nothing: {@link Allocation} measures it for all {@link KernelCalls}.
 *
 * <p>This is the guard against C2's cliff: of a method that has grown too big, calls that take or return vectors are not
 * inlined, and each vector that crosses one is boxed. Results stay right, so nothing else would tell. Which kernel falls
 * can differ from process to process and depends on what ran before, so this runs in several JVMs, each with another
 * order of the calls ({@code tests.order}). {@link VectorCliffTest} shows that the guard catches a kernel that fell.
 */
@Tag("alone")
@Tag("allocation")
final class AllocationTest {
    @BeforeAll
    static void needsC2() {
        Allocation.assumeCounted();
        Overlap.slicesAreInlined(Arena.ofAuto().allocate(1024), WarmUp.QUESTIONS); // so that long calls draw ahead
    }

    static List<KernelCall> calls() {
        List<KernelCall> calls = new ArrayList<>(KernelCalls.all());
        int order = Integer.getInteger("tests.order", 0);
        if (order != 0) {
            Collections.shuffle(calls, new Random(order));
        }
        return calls;
    }

    @Test
    void callsAreToldApart() {
        assertThat(calls()).isNotEmpty().extracting(KernelCall::name).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aCompiledCallAllocatesNothing(KernelCall call) {
        Allocation.assertNone(call.name(), Allocation.of(call.call()));
    }
}
