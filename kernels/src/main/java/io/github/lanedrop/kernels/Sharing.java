package io.github.lanedrop.kernels;

/**
 * Which elements of a tensor share one value: those along the middle axis of the tensor seen as
 * {@code [outer, shared, inner]}. There are {@code outer * inner} values, one for each place of {@code [outer, 1, inner]}.
 *
 * <pre>
 * value of element i = (i / (shared * inner)) * inner + i mod inner
 * </pre>
 *
 * <p>A rate per layer, unit or weight, or noise per channel of images, is such a sharing. It has no size, so that parameters
 * say how many elements there are; {@link BroadcastShape} is the whole shape of a mask, with any of its axes shared.
 *
 * @param shared length of the axis that shares, 1 or more
 * @param inner elements of one place on that axis, 1 or more
 */
public record Sharing(long shared, long inner) {
    /** Each element has a value of its own. */
    public static final Sharing NONE = new Sharing(1, 1);

    /** All elements share one value. */
    public static final Sharing ALL = new Sharing(Long.MAX_VALUE, 1);

    /**
     * Refuses lengths less than 1 and a product past 2^63 - 1.
     *
     * @throws IllegalArgumentException if it does
     */
    public Sharing {
        if (shared < 1 || inner < 1 || shared > Long.MAX_VALUE / inner) {
            throw new IllegalArgumentException(
                    "shared and inner must be 1 or more and their product at most 2^63 - 1, got " + shared + " and "
                            + inner);
        }
    }

    /**
     * One value a row of a matrix, or a channel of images with channels first ({@code columns} is then height times
     * width).
     *
     * @param columns elements of a row, 1 or more
     * @return the sharing
     * @throws IllegalArgumentException if {@code columns} is less than 1
     */
    public static Sharing row(long columns) {
        return new Sharing(columns, 1);
    }

    /**
     * One value a column of a matrix; of a batch of matrices, one for each of its columns. For images with channels last
     * that is a value a channel, where {@code rows} is height times width.
     *
     * @param rows the rows, 1 or more
     * @param columns the columns, 1 or more
     * @return the sharing
     * @throws IllegalArgumentException if a size is less than 1
     */
    public static Sharing column(long rows, long columns) {
        return new Sharing(rows, columns);
    }

    /**
     * The value of an element.
     *
     * @param element the element's row-major index
     * @return the value's index
     */
    public long index(long element) {
        return element / (shared * inner) * inner + element % inner;
    }

    /**
     * How many values a tensor has.
     *
     * @param elements its elements, 0 or more; a last group that is not whole counts
     * @return the number of values
     */
    public long values(long elements) {
        long group = shared * inner;
        return (elements / group + (elements % group == 0 ? 0 : 1)) * inner;
    }
}
