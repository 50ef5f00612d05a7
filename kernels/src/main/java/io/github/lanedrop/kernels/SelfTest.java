package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.ArrayLoop;
import io.github.lanedrop.kernels.lanes.DrawingLoop;
import io.github.lanedrop.kernels.lanes.Fate;
import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.lanes.SegmentLoop;
import io.github.lanedrop.kernels.mask.Bits;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Holds the vector code against its scalar twin on small inputs, before it is trusted. */
final class SelfTest {
    private SelfTest() {}

    /**
     * Whether the vector code of every family agrees with its twin, bit for bit, once again if it is in use already. Loops
     * of other operations than dropout are tested when they are defined, and only then.
     */
    static boolean vectorsAgree() {
        boolean agree = patternsAgree();
        agree &= dropoutAgrees(); // whatever failed before, so that the log tells of all that fails
        agree &= Chain.allAgree();
        agree &= Norm.allAgree();
        agree &= ProductSelfTest.VECTOR && ProductSelfTest.agrees();
        agree &= MaskSelfTest.VECTOR && MaskSelfTest.agrees();
        agree &= NoiseSelfTest.VECTOR && NoiseSelfTest.agrees();
        agree &= AttentionSelfTest.VECTOR && AttentionSelfTest.agrees();
        agree &= LearnedSelfTest.VECTOR && LearnedSelfTest.agrees();
        agree &= Bfloat16SelfTest.VECTOR && Bfloat16SelfTest.agrees();
        return agree;
    }

    /**
     * Whether dropout as a whole agrees with its definition: at rates that are drawn in all ways, in both kinds of memory
     * that have loops, on counts that end within a vector and within a chunk, with chunks that are drawn ahead. Other data
     * types are run, so that their loops are defined and tested.
     */
    private static boolean dropoutAgrees() {
        boolean agree = true;
        for (double rate : new double[] {0, .1, .5, .9, 1}) {
            var mask = new BernoulliMask(Rate.drop(rate), Key.of(3));
            for (int elements : new int[] {1, 77, 3 * Scratch.CHUNK + 77}) {
                MemorySegment src = MemorySegment.ofArray(special(elements));
                MemorySegment expected = MemorySegment.ofArray(dropped(mask, special(elements)));
                for (Class<?> memory : List.of(Memories.NATIVE, Memories.FLOAT_ARRAY)) {
                    MemorySegment x = memory(memory, Float.BYTES * elements).copyFrom(src);
                    DropoutKernel.forward(mask, 0, x, x, elements);
                    agree &= x.mismatch(expected) < 0;
                }
            }
            for (DType type : DType.values()) {
                MemorySegment x = Arena.ofAuto().allocate(77L * type.bytes());
                DropoutKernel.forward(mask, type, 3, x, x, 77, Workers.NONE);
            }
        }
        return agree;
    }

    /** NaN, infinities, both zeros, what overflows and what is subnormal, among others. */
    private static float[] special(int elements) {
        float[] x = new float[elements];
        for (int i = 0; i < elements; i++) {
            x[i] = switch (i % 13) {
                case 1 -> Float.NaN;
                case 3 -> Float.POSITIVE_INFINITY;
                case 4 -> -0f;
                case 6 -> Float.NEGATIVE_INFINITY;
                case 7 -> 0;
                case 9 -> Float.MIN_VALUE;
                case 12 -> -Float.MAX_VALUE;
                default -> (i - 70.3f) / 32;
            };
        }
        return x;
    }

    /** Dropout of elements 0 to the last by its definition. */
    private static float[] dropped(BernoulliMask mask, float[] x) {
        Rate rate = mask.rate();
        Key key = mask.key();
        int patterns = (x.length + Byte.SIZE - 1) / Byte.SIZE;
        byte[] stream = new byte[2 * patterns + Philox4x32.BLOCK_BYTES];
        Philox4x32.fill(
                key.seed(), key.stream(), 0, Philox4x32.ROUNDS, stream, 0, stream.length / Philox4x32.BLOCK_BYTES);
        byte[] bits = stream; // one random bit an element
        if (!rate.isHalf()) {
            bits = new byte[patterns];
            if (rate.keepsAll() || rate.dropsAll()) {
                Arrays.fill(bits, (byte) (rate.keepsAll() ? -1 : 0));
            } else {
                ScalarPatterns.draw(rate.table(), key, 0, stream, 0, bits, patterns);
            }
        }
        float scale = (float) mask.scale();
        for (int i = 0; i < x.length; i++) {
            x[i] = (bits[i >>> 3] >>> (i & 7) & 1) != 0 ? x[i] * scale : 0;
        }
        return x;
    }

    /** Whether a vector loop agrees with the scalar one, bit for bit. */
    static boolean loopAgrees(
            DType type, boolean hasOperand, Fate fate, Class<?> memory, SegmentLoop loop, ArrayLoop definition) {
        int elements = 152; // every loop of the vector code, and whole longs
        MemorySegment x = memory(memory, type.bytes() * elements);
        MemorySegment operand = memory(memory, type.bytes() * elements);
        if (x.getClass() != memory) {
            return true; // a kind that we cannot make; the code is the same for all
        }
        Scratch scratch = Scratch.POOL.borrow();
        if (fate == Fate.MIXED) {
            Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, scratch.keepBits, 0, 4);
        } else {
            Bits.run(scratch.keepBits, 0, elements, fate == Fate.KEPT);
        }
        for (int i = 0; i < elements; i++) {
            float value = i % 7 == 0 ? Float.NaN : i % 11 == 0 ? -0f : i - 70.3f;
            scratch.floats[i] = value;
            scratch.doubles[i] = value;
            scratch.otherFloats[i] = 1 / (i - 9.5f);
            scratch.otherDoubles[i] = 1 / (i - 9.5);
        }
        Storage.store(type, x, 0, 0, elements, scratch, scratch.floats, scratch.doubles);
        Storage.store(type, operand, 0, 0, elements, scratch, scratch.otherFloats, scratch.otherDoubles);
        int done = loop.run(x, hasOperand ? operand : x, x, 0, elements, scratch.keepBits, 0, 1.25, -.3, .7);
        // the values as rounded to the type
        MemorySegment rounded = memory(memory, type.bytes() * elements);
        Storage.store(type, rounded, 0, 0, elements, scratch, scratch.floats, scratch.doubles);
        Storage.load(type, rounded, 0, 0, elements, scratch, scratch.floats, scratch.doubles);
        Storage.load(type, operand, 0, 0, elements, scratch, scratch.otherFloats, scratch.otherDoubles);
        if (type == DType.FLOAT64) {
            definition.run(scratch.doubles, scratch.otherDoubles, 0, done, scratch.keepBits, 0, 1.25, -.3, .7);
        } else {
            definition.run(scratch.floats, scratch.otherFloats, 0, done, scratch.keepBits, 0, 1.25f, -.3f, .7f);
        }
        Storage.store(type, rounded, 0, 0, done, scratch, scratch.floats, scratch.doubles);
        Scratch.POOL.giveBack(scratch);
        return rounded.mismatch(x) < 0;
    }

    /** Whether a loop that makes random blocks gives those of the definition, and the results of the plain loop. */
    static boolean drawingAgrees(DrawingLoop loop, Overlap.Plain plain) {
        int elements = DrawingLoop.ELEMENTS;
        MemorySegment x = Arena.ofAuto().allocate((long) Float.BYTES * elements);
        MemorySegment expected = Arena.ofAuto().allocate(x.byteSize());
        Scratch scratch = Scratch.POOL.borrow();
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, scratch.keepBits, 0, blocksOfBits(elements));
        for (int i = 0; i < elements; i++) {
            x.setAtIndex(Scratch.FLOAT, i, i % 7 == 0 ? Float.NaN : i % 11 == 0 ? -0f : i % 141 - 70.3f);
        }
        scratch.bias.set(x.asSlice(5 * Float.BYTES), 70, elements);
        plain.apply(x, expected, 0, elements, scratch, 0, 1.25, -.3, .7);
        byte[] blocks = new byte[DrawingLoop.BLOCKS * Philox4x32.BLOCK_BYTES];
        Philox4x32.fill(2, -3, 5L << 30, Philox4x32.ROUNDS, blocks, 0, DrawingLoop.BLOCKS);
        MemorySegment bias = scratch.bias.values();
        loop.run(2, -3, 5L << 30, scratch.stream, 0, x, bias, 0, x, 0, scratch.keepBits, 0, 1.25, -.3, .7);
        boolean agree =
                x.mismatch(expected) < 0 && Arrays.equals(blocks, 0, blocks.length, scratch.stream, 0, blocks.length);
        Scratch.POOL.giveBack(scratch);
        return agree;
    }

    private static int blocksOfBits(int elements) {
        return elements / Byte.SIZE / Philox4x32.BLOCK_BYTES;
    }

    private static MemorySegment memory(Class<?> memory, int bytes) {
        return Stream.of(
                        MemorySegment.ofArray(new float[bytes / Float.BYTES]),
                        MemorySegment.ofArray(new byte[bytes]),
                        MemorySegment.ofArray(new double[bytes / Double.BYTES]),
                        MemorySegment.ofArray(new short[bytes / Short.BYTES]),
                        MemorySegment.ofArray(new int[bytes / Integer.BYTES]),
                        MemorySegment.ofArray(new long[bytes / Long.BYTES]),
                        MemorySegment.ofArray(new char[bytes / Character.BYTES]))
                .filter(segment -> segment.getClass() == memory)
                .findFirst()
                .orElseGet(() -> Arena.ofAuto().allocate(bytes));
    }

    /** Whether the look-up of patterns that is live agrees with its twin. */
    static boolean patternsAgree() {
        return Live.VECTOR_PATTERNS && (Live.PERMUTES ? permutesAgree() : tablesAgree());
    }

    /** Whether patterns looked up by permutes agree with those looked up and decided one by one. */
    static boolean permutesAgree() {
        return patternsAgree(true);
    }

    /** Whether patterns looked up one by one and decided in vectors agree with those decided one by one. */
    static boolean tablesAgree() {
        return patternsAgree(false);
    }

    private static boolean patternsAgree(boolean permutes) {
        PatternTable table = Rate.drop(0.1).table();
        Key key = Key.of(1);
        Scratch scratch = Scratch.POOL.borrow();
        int count = 70;
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, scratch.stream, 0, 16);
        // an undecided pattern: equal to its column's cut
        scratch.stream[5] = table.cutHigh[scratch.stream[4] & 0xFF];
        byte[] expected = new byte[count];
        ScalarPatterns.draw(table, key, 0, scratch.stream, 0, expected, count);
        VectorPatterns.draw(permutes, table, key, 0, scratch.stream, 0, scratch, count);
        boolean agree = Arrays.equals(expected, 0, count, scratch.keepBits, 0, count);
        Scratch.POOL.giveBack(scratch);
        return agree;
    }
}
