package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.activation.ChainLoop;
import io.github.lanedrop.kernels.activation.Chains;
import io.github.lanedrop.kernels.activation.Links;
import io.github.lanedrop.kernels.activation.RepeatedBias;
import io.github.lanedrop.kernels.activation.ScalarActivation;
import io.github.lanedrop.kernels.activation.ScalarChain;
import io.github.lanedrop.kernels.lanes.DrawingLoop;
import io.github.lanedrop.kernels.lanes.DrawingLoop.Before;
import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.lanes.Operation;
import io.github.lanedrop.rng.simd.Trust;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Bias, activation and dropout, of which the bias and the dropout may be missing, chunk by chunk on the live path.
 *
 * <p>On the SIMD path there is a loop for each chain and kind of memory, defined when first needed and held against its
 * scalar twin before it is trusted.
 */
final class Chain implements Overlap.Plain {
    /** Stands for the bias where there is none; never read. */
    static final MemorySegment NO_BIAS = MemorySegment.NULL;

    /** Done by nobody, so that everything goes through the scalar twin. */
    private static final ChainLoop NO_VECTORS = new NoVectors();

    private static final Chain BIAS = new Chain(new Links(ScalarActivation.IDENTITY, true, false));
    private static final Map<Activation, Chain> ACTIVATIONS = of(false);
    private static final Map<Activation, Chain> ALL = of(true);

    private final Links links;
    /** Whether long calls make random bits ahead; curves leave the arithmetic units no time for it. */
    private final boolean overlaps;

    private final Overlap overlap;
    private final AtomicReferenceArray<ChainLoop> loops = new AtomicReferenceArray<>(Memories.KINDS);

    private Chain(Links links) {
        this.links = links;
        boolean relu = links.activation() == ScalarActivation.RELU;
        overlaps = links.bias() && links.dropout() && (relu || links.activation() == ScalarActivation.IDENTITY);
        overlap = new Overlap(relu ? Before.BIAS_RELU : Before.BIAS, Operation.SCALE_SELECT, this);
    }

    /** The activations alone, or all with bias and dropout. */
    private static Map<Activation, Chain> of(boolean biasAndDropout) {
        Map<Activation, Chain> chains = new EnumMap<>(Activation.class);
        for (Activation activation : Activation.values()) {
            chains.put(activation, new Chain(new Links(activation.definition, biasAndDropout, biasAndDropout)));
        }
        return chains;
    }

    /** The activation alone. */
    static Chain ofActivation(Activation activation) {
        return Objects.requireNonNull(ACTIVATIONS.get(activation));
    }

    /** The bias alone. */
    static Chain ofBias() {
        return BIAS;
    }

    /** Bias, activation and dropout. */
    static Chain of(Activation activation) {
        return Objects.requireNonNull(ALL.get(activation));
    }

    /** Elements {@code start} to {@code end}, exclusive, of rows of {@code columns}; the bias is float32. */
    void forward(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment bias,
            int columns,
            MemorySegment dst,
            long start,
            long end) {
        Scratch scratch = Scratch.POOL.borrow();
        boolean ahead = overlaps && overlap.takes(mask, offset, type, src, dst, start, end);
        if (links.bias()) {
            scratch.bias.set(bias, columns, ahead ? DrawingLoop.ELEMENTS : RepeatedBias.AHEAD);
        }
        float scale = (float) mask.scale();
        long at = start;
        if (ahead) {
            at = overlap.run(
                    (BernoulliMask) mask, offset, src, dst, Elementwise.NO_KEEP_BITS, start, end, scratch, scale, 0, 0);
        }
        for (; at < end; at += Scratch.CHUNK) {
            int elements = (int) Math.min(Scratch.CHUNK, end - at);
            int bitsAt = links.dropout() ? keepBits(mask, offset + at, elements, scratch) : 0;
            forward(type, src, dst, at, elements, scale, bitsAt, scratch);
        }
        Scratch.POOL.giveBack(scratch);
    }

    /** The keep bits of a chunk, as {@link KeepBits#fill}, and none where the rate drops all, whatever is stored. */
    private static int keepBits(MaskSource mask, long first, int elements, Scratch scratch) {
        if (mask.rate().dropsAll()) {
            Arrays.fill(scratch.keepBits, (byte) 0);
            return 0;
        }
        return KeepBits.fill(mask, first, elements, scratch);
    }

    @Override
    public void apply(
            MemorySegment src,
            MemorySegment dst,
            long first,
            int elements,
            Scratch scratch,
            int bitsAt,
            double scale,
            double b,
            double c) {
        forward(DType.FLOAT32, src, dst, first, elements, (float) scale, bitsAt, scratch);
    }

    private void forward(
            DType type,
            MemorySegment src,
            MemorySegment dst,
            long first,
            int elements,
            float scale,
            int bitsAt,
            Scratch scratch) {
        byte[] bits = scratch.keepBits;
        int biasAt = scratch.bias.at(first);
        Class<?> memory = dst.getClass();
        int done = 0;
        if (Live.VECTOR && hasLoop(type, memory) && src.getClass() == memory) {
            long firstByte = first * Float.BYTES;
            done = loop(memory).forward(src, scratch.bias, biasAt, dst, firstByte, elements, scale, bits, bitsAt);
        }
        if (done == elements) {
            return;
        }
        int start = done;
        float[] x = scratch.floats;
        Storage.load(type, src, first, start, elements, scratch, x, scratch.doubles);
        if (Live.VECTOR && start == 0) {
            MemorySegment array = scratch.floatSegment;
            done = loop(array.getClass()).forward(array, scratch.bias, biasAt, array, 0, elements, scale, bits, bitsAt);
        }
        ScalarChain.forward(links, x, scratch.bias, biasAt, x, done, elements, scale, bits, bitsAt);
        Storage.store(type, dst, first, start, elements, scratch, x, scratch.doubles);
    }

    /**
     * Elements {@code start} to {@code end}, exclusive, of rows of {@code columns}; the bias is float32.
     *
     * @param sums receives sums of the gradient over columns, before it is rounded, from {@code sumsByte} on if
     *     {@code columnSums}
     */
    void backward(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment bias,
            int columns,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long start,
            long end,
            boolean columnSums,
            MemorySegment sums,
            long sumsByte) {
        Scratch scratch = Scratch.POOL.borrow();
        if (links.bias()) {
            scratch.bias.set(bias, columns, RepeatedBias.AHEAD);
        }
        float scale = (float) mask.scale();
        for (long at = start; at < end; at += Scratch.CHUNK) {
            int elements = (int) Math.min(Scratch.CHUNK, end - at);
            int bitsAt = links.dropout() ? keepBits(mask, offset + at, elements, scratch) : 0;
            backward(type, src, dstGradient, srcGradient, at, elements, scale, bitsAt, scratch);
            if (columnSums && type == DType.FLOAT32) {
                ColumnSums.add(srcGradient, at, elements, columns, sums, sumsByte, scratch);
            } else if (columnSums) {
                ColumnSums.add(scratch.otherFloatSegment, 0, at, elements, columns, sums, sumsByte);
            }
        }
        Scratch.POOL.giveBack(scratch);
    }

    /** Leaves the gradient of types that are rounded in {@code scratch.otherFloats}, too. */
    private void backward(
            DType type,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long first,
            int elements,
            float scale,
            int bitsAt,
            Scratch scratch) {
        byte[] bits = scratch.keepBits;
        int biasAt = scratch.bias.at(first);
        Class<?> memory = srcGradient.getClass();
        int done = 0;
        if (Live.VECTOR && hasLoop(type, memory) && src.getClass() == memory && dstGradient.getClass() == memory) {
            done = backward(
                    loop(memory),
                    src,
                    dstGradient,
                    srcGradient,
                    biasAt,
                    first * Float.BYTES,
                    elements,
                    scale,
                    bitsAt,
                    scratch);
        }
        if (done == elements) {
            return;
        }
        int start = done;
        float[] x = scratch.floats;
        float[] dy = scratch.otherFloats;
        Storage.load(type, src, first, start, elements, scratch, x, scratch.doubles);
        Storage.load(type, dstGradient, first, start, elements, scratch, dy, scratch.doubles);
        if (Live.VECTOR && start == 0) {
            MemorySegment array = scratch.floatSegment;
            MemorySegment gradients = scratch.otherFloatSegment;
            done = backward(
                    loop(array.getClass()), array, gradients, gradients, biasAt, 0, elements, scale, bitsAt, scratch);
        }
        ScalarChain.backward(links, x, scratch.bias, biasAt, dy, dy, done, elements, scale, bits, bitsAt);
        Storage.store(type, srcGradient, first, start, elements, scratch, dy, scratch.doubles);
    }

    private static int backward(
            ChainLoop loop,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            int biasAt,
            long firstByte,
            int elements,
            float scale,
            int bitsAt,
            Scratch scratch) {
        byte[] bits = scratch.keepBits;
        MemorySegment slopes = scratch.slopes;
        loop.densities(src, scratch.bias, biasAt, slopes, firstByte, elements);
        loop.slopes(src, scratch.bias, biasAt, slopes, firstByte, elements, bits, bitsAt);
        return loop.backward(slopes, dstGradient, srcGradient, firstByte, elements, scale, bits, bitsAt);
    }

    /** Else elements go through arrays of float32, as those of 16 bits do. */
    private static boolean hasLoop(DType type, Class<?> memory) {
        return type == DType.FLOAT32 && Memories.haveLoops(memory);
    }

    private ChainLoop loop(Class<?> memory) {
        int kind = Memories.kind(memory);
        ChainLoop loop = loops.get(kind);
        if (loop == null) {
            loop = Trust.tested(links, () -> Chains.vectors(links, memory), made -> agrees(memory, made), NO_VECTORS);
            loops.set(kind, loop); // two threads may define two, which are alike
        }
        return loop;
    }

    private boolean agrees(Class<?> memory, ChainLoop loop) {
        return FusedSelfTest.agrees(links, memory, loop);
    }

    /** Whether the loops of all chains, which this defines, give the bits of their definition. */
    static boolean allAgree() {
        boolean agree = BIAS.loopsAgree();
        for (Activation activation : Activation.values()) {
            agree &= ofActivation(activation).loopsAgree() && of(activation).loopsAgree();
        }
        return agree;
    }

    private boolean loopsAgree() {
        boolean agree = true;
        for (Class<?> memory : List.of(Memories.NATIVE, Memories.FLOAT_ARRAY)) {
            agree &= agrees(memory, loop(memory));
        }
        return agree;
    }

    private static final class NoVectors implements ChainLoop {
        @Override
        public int forward(
                MemorySegment src,
                RepeatedBias bias,
                int biasAt,
                MemorySegment dst,
                long firstByte,
                int elements,
                float scale,
                byte[] bits,
                int bitsAt) {
            return 0;
        }

        @Override
        public void densities(
                MemorySegment src,
                RepeatedBias bias,
                int biasAt,
                MemorySegment densities,
                long firstByte,
                int elements) {}

        @Override
        public void slopes(
                MemorySegment src,
                RepeatedBias bias,
                int biasAt,
                MemorySegment slopes,
                long firstByte,
                int elements,
                byte[] bits,
                int bitsAt) {}

        @Override
        public int backward(
                MemorySegment slopes,
                MemorySegment dstGradient,
                MemorySegment srcGradient,
                long firstByte,
                int elements,
                float scale,
                byte[] bits,
                int bitsAt) {
            return 0;
        }
    }
}
