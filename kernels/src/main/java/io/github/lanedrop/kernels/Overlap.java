package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;

import io.github.lanedrop.kernels.lanes.DrawingLoop;
import io.github.lanedrop.kernels.lanes.DrawingLoop.Before;
import io.github.lanedrop.kernels.lanes.Loops;
import io.github.lanedrop.kernels.lanes.Operation;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import io.github.lanedrop.rng.simd.Trust;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** One operation on long buffers of float32 in native memory: each chunk while the random bits of the next are made. */
final class Overlap {

    /** Where nothing is overlapped. */
    private static final DrawingLoop NONE = (_, _, _, _, _, _, _, _, _, _, _, _, _, _, _) -> {};

    /** The same operation where nothing is overlapped: for the last chunk. */
    interface Plain {
        /**
         * Elements {@code first} to {@code first + elements}, exclusive; their keep bits begin with byte {@code bitsAt} of
         * {@code scratch.keepBits}.
         */
        void apply(
                MemorySegment src,
                MemorySegment dst,
                long first,
                int elements,
                Scratch scratch,
                int bitsAt,
                double a,
                double b,
                double c);
    }

    private static final long SLICE_BYTES = 64;
    private static final int SLICES = 100;
    /** Compiled they take .3 to 1 ns each if all is inlined, and 3.4 or more if anything is not (Zen 5). */
    private static final long MOST_NANOS_A_SLICE = 2;

    /** How many elements a question more takes: some microseconds, as long as dropping them out. */
    private static final long ELEMENTS_A_QUESTION = 8L * Scratch.CHUNK;

    private static final long MOST_QUESTIONS = 200;

    /** After so many it is not asked again, so that a JVM that never inlines slices does not make them for good. */
    @SuppressWarnings("NonFinalStaticField")
    private static int questionsLeft = 200_000;

    /** See {@link #slicesAreInlined}; a thread that sees it late asks once more. Tests set it, as results do not change. */
    @SuppressWarnings("NonFinalStaticField")
    static boolean slicesAreInlined;

    private final Before before;
    private final Operation operation;
    private final Plain plain;

    private final AtomicReference<DrawingLoop> defined = new AtomicReference<>();

    Overlap(Before before, Operation operation, Plain plain) {
        this.before = before;
        this.operation = operation;
        this.plain = plain;
    }

    /** Whether {@link #run} can begin with these elements. */
    boolean takes(
            MaskSource mask, long offset, DType type, MemorySegment src, MemorySegment dst, long start, long end) {
        return end - start >= (before == Before.NOTHING ? 2L : 1L) * Scratch.CHUNK
                && type == DType.FLOAT32
                && src.getClass() == NATIVE
                && dst.getClass() == NATIVE
                && mask instanceof BernoulliMask elementwise
                && !(before == Before.NOTHING && mask.rate().isHalf()) // few random bits: alone they take less time
                && BernoulliBits.drawable(elementwise, offset + start)
                && !loop().equals(NONE)
                && (slicesAreInlined
                        || slicesAreInlined(src, Math.clamp((end - start) / ELEMENTS_A_QUESTION, 1, MOST_QUESTIONS)));
    }

    /**
     * Elements {@code start} to at most {@code end}, exclusive, each chunk while the random bits of the next are made. The
     * bias is that of the scratch.
     *
     * @return the element after the last one done
     */
    long run(
            BernoulliMask mask,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            MemorySegment keepBits,
            long start,
            long end,
            Scratch scratch,
            double a,
            double b,
            double c) {
        DrawingLoop loop = loop();
        long block = BernoulliBits.block(mask, offset + start);
        KeepBits.random(mask.key(), block, scratch.stream, 0, BernoulliBits.chunkBlocks(mask));
        for (long at = start; ; at += Scratch.CHUNK) {
            BernoulliBits.drawn(mask, offset + at, scratch);
            if (keepBits.byteSize() > 0) {
                KeepBits.store(scratch.keepBits, 0, Scratch.CHUNK, keepBits, at);
            }
            long next = at + Scratch.CHUNK;
            boolean last = next > end - Scratch.CHUNK || !BernoulliBits.drawable(mask, offset + next);
            if (last && before == Before.NOTHING) {
                plain.apply(src, dst, at, Scratch.CHUNK, scratch, 0, a, b, c);
            } else { // with a bias faster than the plain loop even where the blocks are not needed
                draw(loop, mask, offset + (last ? at : next), src, dst, at, scratch, a, b, c);
            }
            if (last) {
                return next;
            }
        }
    }

    /** Applies the operation to a chunk and makes the random blocks of the one that begins with element {@code drawn}. */
    private void draw(
            DrawingLoop loop,
            BernoulliMask mask,
            long drawn,
            MemorySegment src,
            MemorySegment dst,
            long first,
            Scratch scratch,
            double a,
            double b,
            double c) {
        Key key = mask.key();
        long block = BernoulliBits.block(mask, drawn);
        int blocks = BernoulliBits.chunkBlocks(mask);
        for (int part = 0; part < Scratch.CHUNK; part += DrawingLoop.ELEMENTS) {
            int done = part / DrawingLoop.ELEMENTS * DrawingLoop.BLOCKS % blocks; // at rate one half all of them again
            loop.run(
                    key.seed(),
                    key.stream(),
                    block + done,
                    scratch.stream,
                    done * Philox4x32.BLOCK_BYTES,
                    src,
                    scratch.bias.values(),
                    before == Before.NOTHING ? 0 : (long) Float.BYTES * scratch.bias.at(first + part),
                    dst,
                    (first + part) * Float.BYTES,
                    scratch.keepBits,
                    part / Byte.SIZE,
                    a,
                    b,
                    c);
        }
    }

    /**
     * Whether C2 inlines {@link MemorySegment#asSlice(long, long)}, as drawing loops need it; until then none is used, and so
     * none compiled. It inlines only what has a profile of its own calls, and makes none of a method that becomes hot while C2
     * is busy, at times never. A loop compiled meanwhile allocates its slices and takes ten times as long, for good: one JVM
     * of ten that ran hundreds of kernels, and most that had profiles from an ahead-of-time cache (JDK 25). Nothing but the
     * time that slices take tells.
     *
     * @param questions how often to ask at most
     */
    static boolean slicesAreInlined(MemorySegment memory, long questions) {
        for (long i = 0; i < questions && !slicesAreInlined && questionsLeft > 0; i++) {
            questionsLeft--;
            long start = System.nanoTime();
            slice(memory);
            slicesAreInlined = System.nanoTime() - start <= SLICES * MOST_NANOS_A_SLICE;
        }
        return slicesAreInlined;
    }

    private static void slice(MemorySegment memory) {
        long bytes = 0;
        for (int i = 0; i < SLICES; i++) {
            bytes += memory.asSlice(i, SLICE_BYTES).byteSize();
        }
        if (bytes != SLICES * SLICE_BYTES) {
            throw new AssertionError("slices of another size");
        }
    }

    private DrawingLoop loop() {
        DrawingLoop loop = defined.get();
        if (loop == null) {
            loop = operation.hasOperand() ? NONE : define();
            defined.set(loop);
        }
        return loop;
    }

    private DrawingLoop define() {
        return Trust.tested(
                List.of("drawing ahead", before, operation),
                () -> Loops.drawing(before, operation, NATIVE),
                made -> SelfTest.drawingAgrees(made, plain),
                NONE);
    }
}
