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

    /** The same operation where nothing is overlapped: for the rest of a chunk, and the last one. */
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
        return end - start >= 2 * Scratch.CHUNK
                && type == DType.FLOAT32
                && src.getClass() == NATIVE
                && dst.getClass() == NATIVE
                && mask instanceof BernoulliMask elementwise
                && BernoulliBits.drawable(elementwise, offset + start)
                && !loop().equals(NONE);
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
            int part = last ? 0 : draw(loop, mask, offset + next, src, dst, at, scratch, a, b, c);
            if (part < Scratch.CHUNK) {
                plain.apply(src, dst, at + part, Scratch.CHUNK - part, scratch, part / Byte.SIZE, a, b, c);
            }
            if (last) {
                return next;
            }
        }
    }

    /** Makes the random blocks of the chunk that begins with element {@code drawn}; returns how many were applied. */
    private int draw(
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
        int part = 0;
        for (int done = 0; done < blocks; done += DrawingLoop.BLOCKS, part += DrawingLoop.ELEMENTS) {
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
        return part;
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
