package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.math.VectorNoise;
import io.github.lanedrop.kernels.noise.ScalarArithmetic;
import io.github.lanedrop.kernels.noise.VectorArithmetic;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;

/**
 * Noise on activations, in one pass over memory: Gaussian dropout, Uout, additive Gaussian noise, masks of factors.
 *
 * <pre>
 * multiply:           dst[k] = src[k] * value[offset + k]
 * multiplyBackward:   the same on the gradient: the values are drawn again, nothing is stored
 * add:                dst[k] = src[k] + value[offset + k]       the gradient passes unchanged
 * fill:               dst[k] = value[offset + k]
 * </pre>
 *
 * {@snippet :
 * NoiseSource noise = GaussianNoise.dropout(Rate.drop(0.1), Key.of(2026).site(3).step(17));
 * NoiseKernel.multiply(noise, 0, activations, output, elements);
 * NoiseKernel.multiplyBackward(noise, 0, outputGradient, inputGradient, elements);
 * }
 *
 * <p><b>Parameters.</b> {@code offset} is the index, in the noise, of the first element of the buffers, 0 to 2^63 - 1: any
 * slice can be done alone, in any order, and gets the same values. {@code elements} counts elements of {@code type} in
 * native memory, heap arrays or mapped files, little endian, of any alignment. Values are float32; float64 data computes in
 * double with them, 16-bit types in float32, rounded once.
 *
 * <p><b>Edges.</b> Multiplying by a source that is constantly 1 and adding one that is constantly 0 copies every bit and
 * draws nothing. 0 elements do nothing. NaN and infinities pass as IEEE 754 says, finite elements may overflow.
 *
 * <p><b>Aliasing.</b> {@code src} and {@code dst} must be identical or disjoint, and {@code dst} disjoint from what a
 * {@link StoredNoise} reads.
 *
 * <p>Threads, determinism and errors are those of {@link DropoutKernel}; everything is checked before the first write.
 */
public final class NoiseKernel {
    private enum Operation {
        MULTIPLY(1),
        ADD(0);

        /** The value that changes nothing. */
        private final float neutral;

        Operation(float neutral) {
            this.neutral = neutral;
        }
    }

    private NoiseKernel() {}

    /**
     * Multiplies float32 elements by noise.
     *
     * @param noise the factors
     * @param offset the noise's index of the first element
     * @param src the activations
     * @param dst receives the products; may be {@code src}
     * @param elements how many
     */
    public static void multiply(NoiseSource noise, long offset, MemorySegment src, MemorySegment dst, long elements) {
        multiply(noise, DType.FLOAT32, offset, src, dst, elements, Workers.NONE);
    }

    /**
     * Multiplies by noise.
     *
     * @param noise the factors
     * @param type how an element is stored
     * @param offset the noise's index of the first element
     * @param src the activations
     * @param dst receives the products; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void multiply(
            NoiseSource noise,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            Workers workers) {
        apply(Operation.MULTIPLY, noise, type, offset, "src", src, "dst", dst, elements, workers);
    }

    /**
     * The gradient of {@link #multiply} with respect to its float32 input.
     *
     * @param noise the source of the forward pass
     * @param offset the offset of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient}
     * @param elements how many
     */
    public static void multiplyBackward(
            NoiseSource noise, long offset, MemorySegment dstGradient, MemorySegment srcGradient, long elements) {
        multiplyBackward(noise, DType.FLOAT32, offset, dstGradient, srcGradient, elements, Workers.NONE);
    }

    /**
     * The gradient of {@link #multiply} with respect to its input.
     *
     * @param noise the source of the forward pass
     * @param type how an element is stored
     * @param offset the offset of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient}
     * @param elements how many
     * @param workers who does it
     */
    public static void multiplyBackward(
            NoiseSource noise,
            DType type,
            long offset,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long elements,
            Workers workers) {
        apply(
                Operation.MULTIPLY,
                noise,
                type,
                offset,
                "dstGradient",
                dstGradient,
                "srcGradient",
                srcGradient,
                elements,
                workers);
    }

    /**
     * Adds noise to float32 elements.
     *
     * @param noise the summands
     * @param offset the noise's index of the first element
     * @param src the activations
     * @param dst receives the sums; may be {@code src}
     * @param elements how many
     */
    public static void add(NoiseSource noise, long offset, MemorySegment src, MemorySegment dst, long elements) {
        add(noise, DType.FLOAT32, offset, src, dst, elements, Workers.NONE);
    }

    /**
     * Adds noise.
     *
     * @param noise the summands
     * @param type how an element is stored
     * @param offset the noise's index of the first element
     * @param src the activations
     * @param dst receives the sums; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void add(
            NoiseSource noise,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            Workers workers) {
        apply(Operation.ADD, noise, type, offset, "src", src, "dst", dst, elements, workers);
    }

    /**
     * Writes the values alone.
     *
     * @param noise the values
     * @param offset the noise's index of the first element
     * @param dst receives float32 values
     * @param elements how many
     * @param workers who does it
     */
    public static void fill(NoiseSource noise, long offset, MemorySegment dst, long elements, Workers workers) {
        Check.range(offset, elements);
        long bytes = Check.bytes(DType.FLOAT32, elements);
        Noise.readable(noise, offset, elements, workers);
        Check.writable("dst", dst, bytes, elements, Check.unit(DType.FLOAT32));
        Check.sharedWith(workers, "dst", dst);
        Noise.disjoint(noise, offset + elements, "dst", dst, bytes);
        if (workers.tasks() == 1) { // a lambda may be allocated
            fillRange(noise, offset, dst, 0, elements);
        } else {
            workers.split(elements, NoiseScratch.CHUNK, (start, end) -> fillRange(noise, offset, dst, start, end));
        }
    }

    private static void fillRange(NoiseSource noise, long offset, MemorySegment dst, long start, long end) {
        NoiseScratch drawn = NoiseScratch.POOL.borrow();
        for (long at = start; at < end; at += NoiseScratch.CHUNK) {
            int elements = (int) Math.min(NoiseScratch.CHUNK, end - at);
            int valuesAt = Noise.fill(noise, offset + at, elements, drawn);
            MemorySegment.copy(drawn.values, valuesAt, dst, Scratch.FLOAT, Float.BYTES * at, elements);
        }
        NoiseScratch.POOL.giveBack(drawn);
    }

    private static void apply(
            Operation operation,
            NoiseSource noise,
            DType type,
            long offset,
            String srcName,
            MemorySegment src,
            String dstName,
            MemorySegment dst,
            long elements,
            Workers workers) {
        Check.range(offset, elements);
        long bytes = Check.bytes(type, elements);
        Noise.readable(noise, offset, elements, workers);
        Check.readable(srcName, src, bytes, elements, Check.unit(type));
        Check.writable(dstName, dst, bytes, elements, Check.unit(type));
        Check.sharedWith(workers, srcName, src);
        Check.sharedWith(workers, dstName, dst);
        Check.identicalOrDisjoint(srcName, src, bytes, dstName, dst, bytes);
        Noise.disjoint(noise, offset + elements, dstName, dst, bytes);
        if (workers.tasks() == 1) { // a lambda may be allocated
            range(operation, noise, type, offset, src, dst, 0, elements);
        } else {
            workers.split(
                    elements,
                    NoiseScratch.CHUNK,
                    (start, end) -> range(operation, noise, type, offset, src, dst, start, end));
        }
    }

    /** Longer than C2 inlines: nothing of what it inlines itself, vectors among it, becomes part of its callers. */
    private static void range(
            Operation operation,
            NoiseSource noise,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            long start,
            long end) {
        if (Noise.isConstant(noise, operation.neutral)) {
            MemorySegment.copy(src, start * type.bytes(), dst, start * type.bytes(), (end - start) * type.bytes());
            return;
        }
        boolean vectors = NoiseSelfTest.VECTOR && type == DType.FLOAT32 && VectorArithmetic.takes(src, dst);
        GaussianNoise normals = vectors && noise instanceof GaussianNoise gaussian && (float) gaussian.deviation() != 0
                ? gaussian
                : null;
        Scratch scratch = Scratch.POOL.borrow();
        NoiseScratch drawn = NoiseScratch.POOL.borrow();
        float[] values = drawn.values;
        int elements;
        for (long at = start; at < end; at += elements) {
            // all chunks but the first begin with a block of the generator
            elements = (int) Math.min(NoiseScratch.CHUNK - Noise.skipped(offset + at), end - at);
            long firstByte = Float.BYTES * at;
            if (normals != null && elements == NoiseScratch.CHUNK) { // applied as they are made
                float mean = (float) normals.mean();
                float deviation = (float) normals.deviation();
                Key key = normals.key();
                Noise.words(key.seed(), key.stream(), offset + at, elements, drawn.words);
                if (operation == Operation.MULTIPLY) {
                    VectorNoise.multiplyByNormal(drawn.words, mean, deviation, values, src, dst, firstByte, elements);
                } else {
                    VectorNoise.addNormal(drawn.words, mean, deviation, values, src, dst, firstByte, elements);
                }
                continue;
            }
            int valuesAt = Noise.fill(noise, offset + at, elements, drawn);
            int done = 0;
            if (vectors) {
                done = operation == Operation.MULTIPLY
                        ? VectorArithmetic.multiply(src, dst, firstByte, values, valuesAt, elements)
                        : VectorArithmetic.add(src, dst, firstByte, values, valuesAt, elements);
            }
            if (done < elements) {
                throughArrays(operation, type, src, dst, at, done, elements, scratch, values, valuesAt);
            }
        }
        NoiseScratch.POOL.giveBack(drawn);
        Scratch.POOL.giveBack(scratch);
    }

    /** Elements {@code start} to {@code end}, exclusive, of a chunk, by way of arrays that stay in L1. */
    private static void throughArrays(
            Operation operation,
            DType type,
            MemorySegment src,
            MemorySegment dst,
            long first,
            int start,
            int end,
            Scratch scratch,
            float[] values,
            int valuesAt) {
        float[] floats = scratch.floats;
        double[] doubles = scratch.doubles;
        Storage.load(type, src, first, start, end, scratch, floats, doubles);
        if (type == DType.FLOAT64) {
            if (operation == Operation.MULTIPLY) {
                ScalarArithmetic.multiply(doubles, values, valuesAt, start, end);
            } else {
                ScalarArithmetic.add(doubles, values, valuesAt, start, end);
            }
        } else if (operation == Operation.MULTIPLY) {
            int done = NoiseSelfTest.VECTOR && start == 0
                    ? VectorArithmetic.multiply(floats, values, valuesAt, end)
                    : start;
            ScalarArithmetic.multiply(floats, values, valuesAt, done, end);
        } else {
            int done = NoiseSelfTest.VECTOR && start == 0 ? VectorArithmetic.add(floats, values, valuesAt, end) : start;
            ScalarArithmetic.add(floats, values, valuesAt, done, end);
        }
        Storage.store(type, dst, first, start, end, scratch, floats, doubles);
    }
}
