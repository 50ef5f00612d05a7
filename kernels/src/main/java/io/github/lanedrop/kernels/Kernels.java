package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Which path the kernels of this process run, and how to make them fast from the first request. */
public final class Kernels {
    private static final int WARM_UP_ELEMENTS = 12 * Scratch.CHUNK; // to draw ahead often
    private static final BernoulliMask[] WARM_UP_MASKS = {
        new BernoulliMask(Rate.drop(0.1), Key.of(0)), new BernoulliMask(Rate.drop(0.5), Key.of(0))
    };
    private static final Epilogue WARM_UP_EPILOGUE =
            Epilogue.NONE.activation(Activation.RELU).dropout(WARM_UP_MASKS[0], 0);
    // with these counts the first call after took 50 us and the tenth 0.6 us, without the long calls or the products 5
    // to
    // 50 ms; without out-of-place calls or one of the kinds of memory each took 20 to 200 us, for 20 to 200 ms
    private static final int SHORT_CALL = 200;
    private static final int SHORT_CALLS = 1_000;
    private static final int LONG_CALLS = 300;
    private static final int PRODUCTS = 150;
    private static final int PRODUCT_SIZE = 33;

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
        return !Live.VECTOR || (SelfTest.vectorsAgree() && SelfTest.patternsAgree());
    }

    /**
     * Runs the kernels on small buffers, native and heap, dropout and products, until the JVM's compilers have seen to
     * them: until then they run hundreds of times slower. Takes some two seconds and a megabyte; call it before the first
     * request.
     */
    public static void warmUp() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bits = arena.allocate(WARM_UP_ELEMENTS / Byte.SIZE);
            // of one thread, of all threads, and on the heap: code that has not seen one is thrown away when it does
            List<MemorySegment[]> memories =
                    List.of(pair(arena), pair(Arena.ofAuto()), new MemorySegment[] {heap(), heap()});
            // calls before loops, since until its loops are compiled a long call takes as long as all short ones
            for (int elements : new int[] {SHORT_CALL, WARM_UP_ELEMENTS - 1}) {
                int rounds = elements == SHORT_CALL ? SHORT_CALLS : LONG_CALLS;
                for (int round = 0; round < rounds; round++) {
                    for (MemorySegment[] memory : memories) {
                        dropout(memory[0], memory[1], bits, elements);
                    }
                }
            }
            for (int round = 0; round < PRODUCTS; round++) {
                for (MemorySegment[] memory : memories) {
                    products(memory[0]);
                }
            }
        }
    }

    private static MemorySegment[] pair(Arena arena) {
        long bytes = (long) WARM_UP_ELEMENTS * Float.BYTES;
        return new MemorySegment[] {arena.allocate(bytes), arena.allocate(bytes)};
    }

    private static MemorySegment heap() {
        return MemorySegment.ofArray(new float[WARM_UP_ELEMENTS]);
    }

    /** In place, and out of place, which is another path through the checks. */
    private static void dropout(MemorySegment memory, MemorySegment other, MemorySegment bits, int elements) {
        for (BernoulliMask mask : WARM_UP_MASKS) {
            DropoutKernel.forward(mask, 0, memory, memory, elements);
            DropoutKernel.forward(mask, 0, memory, other, elements);
            DropoutKernel.forward(mask, 3, memory, memory, elements, bits, Workers.NONE);
            DropoutKernel.keepBits(mask, 0, bits, elements);
            DropoutKernel.backward(new StoredMask(mask.rate(), bits), 0, memory, memory, elements);
        }
    }

    /** The three products of a linear layer's forward and backward pass, and its output with an epilogue. */
    private static void products(MemorySegment memory) {
        Matrix square = Matrix.of(memory, PRODUCT_SIZE, PRODUCT_SIZE);
        Matrix c = Matrix.of(memory.asSlice(square.bytes()), PRODUCT_SIZE, PRODUCT_SIZE);
        MatrixProduct.multiply(square, square, c);
        MatrixProduct.multiplyAdd(square, square.transpose(), c);
        MatrixProduct.multiplyAdd(square.transpose(), square, c);
        MatrixProduct.multiply(square, square, c, WARM_UP_EPILOGUE, Workers.NONE);
    }
}
