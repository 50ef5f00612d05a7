package io.github.lanedrop.kernels;

import java.util.Arrays;

/**
 * A tensor's shape, of up to {@value #MAX_RANK} axes, some of which share their decisions: along a shared axis all
 * elements have the same fate.
 *
 * <pre>
 * element (i_1, ..., i_r) of the shape   has decision (i_k : axis k not shared)
 * </pre>
 *
 * <p>Elements and decisions are numbered in row-major order, the decisions in the shape of the axes that are not shared:
 * what other libraries call a noise shape, with 1 for the shared axes. An axis of length 0 makes the shape empty. Immutable;
 * safe for use by any number of threads.
 */
public final class BroadcastShape {
    /** The most axes that a shape can have. */
    public static final int MAX_RANK = 8;

    private final long[] lengths;
    private final boolean[] shared;

    // Neighbouring axes that are both shared, or both not, are one axis; those of length 1 are none. Block d is all
    // that lies below one index of the merged axes before d: block 0 is the tensor, the last one an element.
    private final boolean[] sharedAt;
    private final long[] blockElements;
    private final long[] blockDecisions;

    private BroadcastShape(long[] lengths, boolean[] shared) {
        this.lengths = lengths;
        this.shared = shared;
        int axes = 0;
        long[] merged = new long[lengths.length];
        boolean[] mergedShared = new boolean[lengths.length];
        for (int axis = 0; axis < lengths.length; axis++) {
            if (lengths[axis] == 1) {
                continue;
            }
            if (axes > 0 && mergedShared[axes - 1] == shared[axis]) {
                merged[axes - 1] *= lengths[axis];
            } else {
                merged[axes] = lengths[axis];
                mergedShared[axes++] = shared[axis];
            }
        }
        sharedAt = Arrays.copyOf(mergedShared, axes);
        blockElements = new long[axes + 1];
        blockDecisions = new long[axes + 1];
        blockElements[axes] = 1;
        blockDecisions[axes] = 1;
        for (int axis = axes - 1; axis >= 0; axis--) {
            blockElements[axis] = blockElements[axis + 1] * merged[axis];
            blockDecisions[axis] = blockDecisions[axis + 1] * (mergedShared[axis] ? 1 : merged[axis]);
        }
    }

    /**
     * A shape whose axes are all independent, until {@link #share} says otherwise.
     *
     * @param lengths the lengths of its axes, 0 or more, at most {@value #MAX_RANK} of them; none for a single element
     * @return the shape
     * @throws IllegalArgumentException if there are too many axes, one is negative, or the product is beyond 2^63 - 1
     */
    public static BroadcastShape of(long... lengths) {
        if (lengths.length > MAX_RANK) {
            throw new IllegalArgumentException(
                    "shape must have at most " + MAX_RANK + " axes, got " + lengths.length + ": " + text(lengths));
        }
        long elements = 1;
        boolean empty = false;
        for (long length : lengths) {
            if (length < 0) {
                throw new IllegalArgumentException("shape must have lengths of 0 or more, got " + text(lengths));
            }
            empty |= length == 0;
        }
        for (long length : lengths) {
            if (!empty && length > Long.MAX_VALUE / elements) {
                throw new IllegalArgumentException("shape must have less than 2^63 elements, got " + text(lengths));
            }
            elements = empty ? 0 : elements * length;
        }
        return new BroadcastShape(lengths.clone(), new boolean[lengths.length]);
    }

    /**
     * This shape with more shared axes.
     *
     * @param axes their numbers, 0 for the first and slowest; negative ones count from the end, -1 for the last
     * @return the shape
     * @throws IllegalArgumentException if there is no such axis, or it is shared already
     */
    public BroadcastShape share(int... axes) {
        boolean[] more = shared.clone();
        for (int axis : axes) {
            int number = axis < 0 ? axis + lengths.length : axis;
            if (number < 0 || number >= lengths.length) {
                throw new IllegalArgumentException("shared axis must be in [" + -lengths.length + ", " + lengths.length
                        + ") for shape " + text(lengths) + ", got " + axis);
            }
            if (more[number]) {
                throw new IllegalArgumentException("shared axes must be named once, got " + Arrays.toString(axes));
            }
            more[number] = true;
        }
        return new BroadcastShape(lengths, more);
    }

    /**
     * This shape, shared along the axes where the noise has length 1.
     *
     * @param noiseShape for each axis its length, or 1 to share it
     * @return the shape
     * @throws IllegalArgumentException if the noise has another rank, or a length that is neither 1 nor that of the axis
     */
    public BroadcastShape noise(long... noiseShape) {
        boolean fits = noiseShape.length == lengths.length;
        boolean[] more = shared.clone();
        for (int axis = 0; fits && axis < lengths.length; axis++) {
            fits = noiseShape[axis] == 1 || noiseShape[axis] == lengths[axis];
            more[axis] |= noiseShape[axis] == 1;
        }
        if (!fits) {
            throw new IllegalArgumentException("noise shape must have the lengths of shape " + text(lengths)
                    + ", or 1 for a shared axis, got " + text(noiseShape));
        }
        return new BroadcastShape(lengths, more);
    }

    /**
     * Rows that are kept or dropped whole, as the samples of stochastic depth: {@code [rows, rowElements]} with one
     * decision a row.
     *
     * @param rows how many
     * @param rowElements elements of a row
     * @return the shape
     */
    public static BroadcastShape rows(long rows, long rowElements) {
        return of(rows, rowElements).share(1);
    }

    /**
     * Columns that are kept or dropped whole: {@code [rows, columns]} with one decision a column, the same in every row.
     *
     * @param rows how many
     * @param columns elements of a row
     * @return the shape
     */
    public static BroadcastShape columns(long rows, long columns) {
        return of(rows, columns).share(0);
    }

    /**
     * Feature maps that are kept or dropped whole, channels first: {@code [samples, channels, spatial...]} with one decision
     * for each channel of each sample. 1d, 2d, 3d and so on, by the number of spatial axes; for a tensor without a batch
     * there is 1 sample.
     *
     * @param samples of the batch
     * @param channels of a sample
     * @param spatial the lengths of the spatial axes
     * @return the shape
     */
    public static BroadcastShape channelsFirst(long samples, long channels, long... spatial) {
        long[] lengths = new long[spatial.length + 2];
        lengths[0] = samples;
        lengths[1] = channels;
        System.arraycopy(spatial, 0, lengths, 2, spatial.length);
        return of(lengths).share(spatialAxes(2, spatial.length));
    }

    /**
     * As {@link #channelsFirst}, for {@code [samples, spatial..., channels]}. The same channels of the same samples are
     * kept in both layouts.
     *
     * @param samples of the batch
     * @param channels of a sample
     * @param spatial the lengths of the spatial axes
     * @return the shape
     */
    public static BroadcastShape channelsLast(long samples, long channels, long... spatial) {
        long[] lengths = new long[spatial.length + 2];
        lengths[0] = samples;
        System.arraycopy(spatial, 0, lengths, 1, spatial.length);
        lengths[spatial.length + 1] = channels;
        return of(lengths).share(spatialAxes(1, spatial.length));
    }

    /**
     * One mask for a whole sequence, as variational dropout of recurrent networks has it (Y. Gal, Z. Ghahramani, "A
     * Theoretically Grounded Application of Dropout in Recurrent Neural Networks", NIPS 2016):
     * {@code [samples, steps, features]} with one decision for each feature of each sample, the same at every step. The
     * decisions do not depend on the number of steps, nor on padding.
     *
     * @param samples of the batch
     * @param steps of a sequence
     * @param features of a step
     * @return the shape
     */
    public static BroadcastShape locked(long samples, long steps, long features) {
        return of(samples, steps, features).share(1);
    }

    private static int[] spatialAxes(int first, int count) {
        int[] axes = new int[count];
        for (int i = 0; i < count; i++) {
            axes[i] = first + i;
        }
        return axes;
    }

    /**
     * How many elements the shape has.
     *
     * @return the product of all lengths
     */
    public long elements() {
        return blockElements[0];
    }

    /**
     * How many decisions are drawn.
     *
     * @return the product of the lengths that are not shared; 0 for an empty shape
     */
    public long decisions() {
        return blockElements[0] == 0 ? 0 : blockDecisions[0];
    }

    /** Axes after merging. */
    int axes() {
        return sharedAt.length;
    }

    /** Whether a merged axis is shared. */
    boolean shared(int axis) {
        return sharedAt[axis];
    }

    /** Elements below one index of the merged axes before this one. */
    long blockElements(int axis) {
        return blockElements[axis];
    }

    /** Decisions below one index of the merged axes before this one. */
    long blockDecisions(int axis) {
        return blockDecisions[axis];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BroadcastShape shape
                && Arrays.equals(lengths, shape.lengths)
                && Arrays.equals(shared, shape.shared);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(lengths) + Arrays.hashCode(shared);
    }

    /** The lengths, with those of shared axes in parentheses. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int axis = 0; axis < lengths.length; axis++) {
            text.append(axis > 0 ? ", " : "").append(shared[axis] ? "(" + lengths[axis] + ")" : lengths[axis]);
        }
        return text.append(']').toString();
    }

    private static String text(long[] lengths) {
        return Arrays.toString(lengths);
    }
}
