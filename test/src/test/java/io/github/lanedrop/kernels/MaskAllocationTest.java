package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.github.lanedrop.kernels.MaskSources.Sample;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once compiled, no mask source allocates, whichever came before it in this JVM: the measurement is
 * {@link AllocationTest}'s.
 */
@Tag("alone")
final class MaskAllocationTest {
    private static final int ELEMENTS = 5000;
    private static final int WARM_UP = 4_000;
    private static final int CALLS = 500;
    private static final int ATTEMPTS = 30;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private interface Call {
        void run();
    }

    @BeforeAll
    static void needsC2() {
        String compiler = System.getProperty("java.vm.info", "");
        assumeTrue(compiler.contains("mixed mode"), "without C2, calls allocate: " + compiler);
        assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count allocated bytes");
    }

    static Stream<Sample> samples() {
        return MaskSources.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void dropout(Sample sample) {
        MaskSource mask = sample.source().apply(Key.of(1));
        int elements = (int) Math.min(ELEMENTS, sample.elements());
        MemorySegment src = Arena.ofAuto().allocate(4L * elements);
        MemorySegment dst = Arena.ofAuto().allocate(4L * elements);
        MemorySegment bits = Arena.ofAuto().allocate((elements + 7) / 8);
        assertNothing("forward", () -> DropoutKernel.forward(mask, 0, src, dst, elements));
        assertNothing("keepBits", () -> DropoutKernel.keepBits(mask, 0, bits, elements));
        assertNothing("kept", () -> MaskBits.kept(mask, 0, elements));
    }

    @Test
    void conversions() {
        MemorySegment bits = Arena.ofAuto().allocate(ELEMENTS / 8);
        MemorySegment bytes = Arena.ofAuto().allocate(ELEMENTS);
        assertNothing("bits to bytes", () -> MaskBits.bitsToBytes(bits, bytes, ELEMENTS));
        assertNothing("bytes to bits", () -> MaskBits.bytesToBits(bytes, bits, ELEMENTS));
        assertNothing("kept bits", () -> MaskBits.kept(bits, ELEMENTS));
    }

    @Test
    void keptTokens() {
        KeptTokens tokens = KeptTokens.draw(Rate.drop(.5), Key.of(1), 10, 50, 1);
        MemorySegment all = Arena.ofAuto().allocate(500 * 16);
        MemorySegment few = Arena.ofAuto().allocate(tokens.kept() * 10L * 16);
        assertNothing("gather", () -> tokens.gather(all, few, 16, Workers.NONE));
        assertNothing("scatter", () -> tokens.scatter(few, all, 16, Workers.NONE));
    }

    private static void assertNothing(String what, Call call) {
        long thread = Thread.currentThread().threadId();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
            for (int i = 0; i < WARM_UP; i++) {
                call.run();
            }
            long before = THREADS.getThreadAllocatedBytes(thread);
            for (int i = 0; i < CALLS; i++) {
                call.run();
            }
            least = Math.min(least, THREADS.getThreadAllocatedBytes(thread) - before);
        }
        assertThat(least).as("%s: bytes that %d calls allocate", what, CALLS).isZero();
    }
}
