package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once compiled, a call allocates nothing.
 *
 * <p>Until C2 has compiled a call it may allocate what escape analysis later removes, and a compilation can end at any
 * time, on another thread. So a test warms up, then measures 1,000 calls, up to {@value #ATTEMPTS} times with more
 * warm-up in between: one measurement of exactly 0 bytes proves that the compiled call allocates nothing, as an
 * allocation that is left in the code would show every time.
 */
@Tag("alone")
final class AllocationTest {
    private static final int ELEMENTS = 768;
    private static final int WARM_UP = 12_000;
    private static final int CALLS = 1_000;
    private static final int ATTEMPTS = 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @BeforeAll
    static void needsC2() {
        String compiler = System.getProperty("java.vm.info", "");
        assumeTrue(compiler.contains("mixed mode"), "without C2, calls allocate: " + compiler);
        assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count allocated bytes");
    }

    private interface Call {
        void run();
    }

    /** The least number of bytes that 1,000 calls allocated. */
    private static long allocated(Call call) {
        long thread = Thread.currentThread().threadId();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
            repeat(call, WARM_UP);
            long before = THREADS.getThreadAllocatedBytes(thread);
            repeat(call, CALLS);
            least = Math.min(least, THREADS.getThreadAllocatedBytes(thread) - before);
        }
        return least;
    }

    private static void repeat(Call call, int times) {
        for (int i = 0; i < times; i++) {
            call.run();
        }
    }

    static Stream<Arguments> ratesAndMemories() {
        return Stream.of(0d, .1, .5, 1d)
                .flatMap(rate -> Stream.of(Arguments.of(rate, Kind.HEAP_FLOATS), Arguments.of(rate, Kind.NATIVE)));
    }

    private static MemorySegment allocate(Kind kind, long bytes) {
        return new Memory(kind, Arena.ofAuto(), bytes).take(0, bytes);
    }

    @ParameterizedTest
    @MethodSource("ratesAndMemories")
    void dropout(double rate, Kind kind) {
        MaskSource mask = new BernoulliMask(Rate.drop(rate), Key.of(1));
        String name = mask + " on " + kind;
        MemorySegment src = allocate(kind, 4 * ELEMENTS);
        MemorySegment dst = allocate(kind, 4 * ELEMENTS);
        MemorySegment bits = allocate(kind, ELEMENTS / 8);
        MemorySegment otherBits = allocate(kind, ELEMENTS / 8);
        var stored = new StoredMask(mask.rate(), bits);
        assertNothing(name + ": forward", () -> DropoutKernel.forward(mask, 3, src, dst, ELEMENTS));
        assertNothing(name + ": backward", () -> DropoutKernel.backward(mask, 3, src, dst, ELEMENTS));
        assertNothing(name + ": in place", () -> DropoutKernel.forward(mask, 0, dst, dst, ELEMENTS));
        assertNothing(name + ": keepBits", () -> DropoutKernel.keepBits(mask, 0, bits, ELEMENTS));
        assertNothing(
                name + ": forward and keepBits",
                () -> DropoutKernel.forward(mask, 0, src, dst, ELEMENTS, bits, Workers.NONE));
        assertNothing(name + ": stored", () -> DropoutKernel.forward(stored, 0, src, dst, ELEMENTS));
        assertNothing(name + ": stored keepBits", () -> DropoutKernel.keepBits(stored, 0, otherBits, ELEMENTS));
    }

    @ParameterizedTest
    @EnumSource(names = {"HEAP_FLOATS", "NATIVE"})
    void matrixProduct(Kind kind) {
        String name = "matrices in " + kind;
        int size = 9;
        Matrix a = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix b = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix c = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix aTransposed = a.transpose();
        Matrix bTransposed = b.transpose();
        assertNothing(name + ": a b", () -> MatrixProduct.multiply(a, b, c));
        assertNothing(name + ": a' b", () -> MatrixProduct.multiply(aTransposed, b, c));
        assertNothing(name + ": a b'", () -> MatrixProduct.multiplyAdd(a, bTransposed, c));
    }

    private static void assertNothing(String what, Call call) {
        assertThat(allocated(call))
                .as("%s: bytes that %d calls allocate", what, CALLS)
                .isZero();
    }
}
