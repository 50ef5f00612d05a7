package io.github.lanedrop.layers;

import io.github.lanedrop.kernels.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * 32-bit floats in row-major order over a memory segment.
 *
 * <p>The shape never changes, the values do. An axis of size 0 makes an empty tensor; no axis at all makes a scalar of one
 * element. Values are little endian, as everywhere in the kernels. Two tensors are equal only if they are the same object.
 *
 * <p><b>Memory.</b> {@link #zeros}, {@link #of} and {@link #copy} take 64-byte aligned native memory that the garbage
 * collector frees and any thread may use. {@link #over} takes the caller's segment: its lifetime, threads and writability
 * stay the caller's affair. {@link #rows} and {@link #reshape} are views of the same memory.
 *
 * <p><b>Threads.</b> Reading is safe for any number of threads; writing needs the caller's order.
 */
public final class Tensor {
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int ALIGNMENT_BYTES = 64;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final MemorySegment segment;
    private final int[] shape;
    private final long elements;

    private Tensor(MemorySegment segment, int[] shape, long elements) {
        this.segment = segment;
        this.shape = shape;
        this.elements = elements;
    }

    /**
     * A new tensor of zeros.
     *
     * @param shape the size of each axis, 0 or more
     * @return the tensor
     * @throws IllegalArgumentException if a size is negative or there are 2^61 elements or more
     */
    public static Tensor zeros(int... shape) {
        long elements = elements(shape);
        return new Tensor(Arena.ofAuto().allocate(elements * Float.BYTES, ALIGNMENT_BYTES), shape.clone(), elements);
    }

    /**
     * A new tensor with a copy of the values.
     *
     * @param values as many as the shape says, in row-major order
     * @param shape the size of each axis, 0 or more
     * @return the tensor
     * @throws IllegalArgumentException if the count does not fit the shape
     */
    public static Tensor of(float[] values, int... shape) {
        if (elements(shape) != values.length) {
            throw new IllegalArgumentException("values must hold " + elements(shape) + " elements for the shape "
                    + Arrays.toString(shape) + ", got " + values.length);
        }
        Tensor tensor = zeros(shape);
        tensor.write(0, values, values.length);
        return tensor;
    }

    /**
     * A view of the caller's memory, from its first byte.
     *
     * @param segment holds at least as many little-endian floats as the shape says; any alignment
     * @param shape the size of each axis, 0 or more
     * @return the view
     * @throws IllegalArgumentException if the segment is too small
     */
    public static Tensor over(MemorySegment segment, int... shape) {
        long elements = elements(shape);
        long bytes = elements * Float.BYTES;
        if (segment.byteSize() < bytes) {
            throw new IllegalArgumentException("segment must hold at least " + bytes + " bytes for the shape "
                    + Arrays.toString(shape) + ", got " + segment.byteSize());
        }
        return new Tensor(segment.asSlice(0, bytes), shape.clone(), elements);
    }

    /**
     * The size of each axis.
     *
     * @return a copy
     */
    public int[] shape() {
        return shape.clone();
    }

    /**
     * How many axes there are.
     *
     * @return the rank, 0 for a scalar
     */
    public int rank() {
        return shape.length;
    }

    /**
     * The size of one axis.
     *
     * @param axis 0 to {@code rank() - 1}
     * @return its size
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public int dimension(int axis) {
        return shape[Objects.checkIndex(axis, shape.length)];
    }

    /**
     * How many values there are.
     *
     * @return the product of the shape
     */
    public long elements() {
        return elements;
    }

    /**
     * The memory: exactly {@code 4 * elements()} bytes.
     *
     * @return the segment itself, not a copy
     */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * One value.
     *
     * @param index its row-major index
     * @return the value
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public float get(long index) {
        return segment.get(FLOAT, Objects.checkIndex(index, elements) * Float.BYTES);
    }

    /**
     * Replaces one value.
     *
     * @param index its row-major index
     * @param value the new value
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public void set(long index, float value) {
        segment.set(FLOAT, Objects.checkIndex(index, elements) * Float.BYTES, value);
    }

    /**
     * The values in row-major order.
     *
     * @return a copy
     * @throws IllegalStateException if they are too many for an array
     */
    public float[] toArray() {
        if (elements > LARGEST_ARRAY) {
            throw new IllegalStateException(
                    "elements must be at most " + LARGEST_ARRAY + " to fit an array, got " + elements);
        }
        float[] values = new float[(int) elements];
        read(0, values, values.length);
        return values;
    }

    /**
     * The same shape and values in memory of its own.
     *
     * @return the copy
     */
    public Tensor copy() {
        Tensor copy = zeros(shape);
        copy.segment.copyFrom(segment);
        return copy;
    }

    /**
     * Some entries of the leading axis.
     *
     * @param from the first, 0 or more
     * @param to one after the last, {@code from} to {@code dimension(0)}
     * @return a view of the same memory with the shape {@code [to - from, ...]}
     * @throws IllegalStateException if this is a scalar
     * @throws IndexOutOfBoundsException if the range is not inside the leading axis
     */
    public Tensor rows(int from, int to) {
        if (shape.length == 0) {
            throw new IllegalStateException("rank must be 1 or more to have rows, got a scalar");
        }
        Objects.checkFromToIndex(from, to, shape[0]);
        int[] part = shape.clone();
        part[0] = to - from;
        long rowBytes = rowElements() * Float.BYTES;
        return new Tensor(segment.asSlice(from * rowBytes, part[0] * rowBytes), part, part[0] * rowElements());
    }

    /**
     * The same values under another shape.
     *
     * @param newShape the size of each axis
     * @return a view of the same memory
     * @throws IllegalArgumentException if the number of elements would change
     */
    public Tensor reshape(int... newShape) {
        if (elements(newShape) != elements) {
            throw new IllegalArgumentException("shape must have " + elements + " elements as " + Arrays.toString(shape)
                    + " has, got " + Arrays.toString(newShape));
        }
        return new Tensor(segment, newShape.clone(), elements);
    }

    /**
     * This tensor of two axes as a matrix for the kernels.
     *
     * @return a view of the same memory
     * @throws IllegalStateException if the rank is not 2
     */
    public Matrix matrix() {
        if (shape.length != 2) {
            throw new IllegalStateException("rank must be 2 to be a matrix, got the shape " + Arrays.toString(shape));
        }
        return Matrix.of(segment, shape[0], shape[1]);
    }

    /** The shape, not the values. */
    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape);
    }

    /** Elements of one entry of the leading axis. */
    long rowElements() {
        return shape.length == 0 ? 1 : elements(Arrays.copyOfRange(shape, 1, shape.length));
    }

    void requireShape(String name, int... expected) {
        if (!Arrays.equals(shape, expected)) {
            throw new IllegalArgumentException(
                    name + " must have the shape " + Arrays.toString(expected) + ", got " + Arrays.toString(shape));
        }
    }

    void requireSameShape(String name, Tensor expected) {
        requireShape(name, expected.shape);
    }

    /** The same tensor as a matrix, or an error that names it. */
    Matrix matrix(String name, String expectedShape) {
        if (shape.length != 2) {
            throw new IllegalArgumentException(
                    name + " must have the shape " + expectedShape + ", got " + Arrays.toString(shape));
        }
        return matrix();
    }

    /** Puts tensors below each other: one or more, alike in all axes but the leading one. */
    static Tensor concatenate(List<Tensor> parts) {
        int[] shape = parts.getFirst().shape();
        shape[0] = parts.stream().mapToInt(part -> part.shape[0]).sum();
        Tensor whole = zeros(shape);
        long at = 0;
        for (Tensor part : parts) {
            MemorySegment.copy(part.segment, 0, whole.segment, at, part.segment.byteSize());
            at += part.segment.byteSize();
        }
        return whole;
    }

    /** Copies values into an array. */
    void read(long index, float[] dst, int count) {
        MemorySegment.copy(segment, FLOAT, index * Float.BYTES, dst, 0, count);
    }

    /** Copies values from an array. */
    void write(long index, float[] src, int count) {
        MemorySegment.copy(src, 0, segment, FLOAT, index * Float.BYTES, count);
    }

    private static long elements(int... shape) {
        long elements = 1;
        for (int size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("shape must have sizes of 0 or more, got " + Arrays.toString(shape));
            }
            long product = elements * size;
            if (Math.multiplyHigh(elements, size) != 0 || product > Long.MAX_VALUE / Float.BYTES || product < 0) {
                throw new IllegalArgumentException(
                        "shape must have fewer than 2^61 elements, got " + Arrays.toString(shape));
            }
            elements = product;
        }
        return elements;
    }
}
