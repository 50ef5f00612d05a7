package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Which path the kernels of this process run, and how to make them fast from the first request. */
public final class Kernels {
    private static final int WARM_UP_CALLS = 20_000;

    private Kernels() {}

    /**
     * The live path.
     *
     * @param vector whether the SIMD path is live; the scalar twin gives the same bits
     * @param vectorBits width of the vectors in bits, 0 where the SIMD path is off
     * @param reason why, one sentence without a full stop
     * @param permutes whether patterns are looked up 64 at a time in registers, or else one by one in a table
     * @param permutesReason why, one sentence without a full stop
     */
    public record Path(boolean vector, int vectorBits, String reason, boolean permutes, String permutesReason) {}

    /**
     * Describes the live path.
     *
     * @return the path and the reasons for it
     */
    public static Path describe() {
        return new Path(Live.VECTOR, Live.VECTOR ? Simd.BITS : 0, Live.REASON, Live.PERMUTES, Live.PATTERNS_REASON);
    }

    /**
     * Holds the vector code against its scalar twin on small inputs, as was done before it was trusted.
     *
     * @return whether all bits agree; true where the scalar path is live
     */
    public static boolean selfTest() {
        return !Live.VECTOR || (SelfTest.vectorsAgree() && (!Live.PERMUTES || SelfTest.patternsAgree()));
    }

    /**
     * Runs the dropout kernels on small buffers, native and heap, until the JVM's compilers should have seen to them:
     * until then they run hundreds of times slower. Takes about a second; call it before the first request.
     */
    public static void warmUp() {
        int elements = 2 * Scratch.CHUNK - 1;
        var masks = new BernoulliMask[] {
            new BernoulliMask(Rate.drop(0.1), Key.of(0)), new BernoulliMask(Rate.drop(0.5), Key.of(0))
        };
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nativeMemory = arena.allocate((long) elements * Float.BYTES);
            MemorySegment heapMemory = MemorySegment.ofArray(new float[elements]);
            MemorySegment bits = arena.allocate(elements);
            for (int call = 0; call < WARM_UP_CALLS; call++) {
                BernoulliMask mask = masks[call & 1];
                MemorySegment memory = (call & 2) == 0 ? nativeMemory : heapMemory;
                DropoutKernel.forward(mask, 0, memory, memory, call % 64 == 0 ? elements : 192);
                DropoutKernel.keepBits(mask, 0, bits, 192);
                DropoutKernel.backward(new StoredMask(mask.rate(), bits), 0, memory, memory, 192);
            }
        }
    }
}
