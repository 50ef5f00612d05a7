package io.github.lanedrop.kernels.activation;

import io.github.lanedrop.kernels.lanes.Aligned;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A row's bias, repeated so that a loop over all elements, which knows nothing of rows, can read it in whole vectors:
 * element {@code c + j} for {@code c} below the period and {@code j} below {@value #AHEAD}, or more if asked for, is the bias
 * of the element after {@code j}. It takes little more than the row, since what it takes of L1 the data lacks: read over 4,096
 * elements and 768 columns it cost a sixth of the whole chain.
 */
public final class RepeatedBias {
    /** A loop begins again where the bias does: after 70 elements each time, it took up to half as long again. */
    private static final int LEAST_PERIOD = 512;

    /** Elements that a loop may read from any of them on. */
    public static final int AHEAD = 512;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Vectors of it lie in one cache line each. */
    MemorySegment values = MemorySegment.NULL;
    /** The least multiple of the columns that is {@value #LEAST_PERIOD} or more. */
    int period;

    private int columns = 1;

    /** No bias yet. */
    public RepeatedBias() {}

    /**
     * Takes over a bias.
     *
     * @param bias holds a float for each column
     * @param columns how many, 1 or more
     * @param ahead how many elements a loop may read from any of them on
     */
    public void set(MemorySegment bias, int columns, int ahead) {
        this.columns = columns;
        period = columns * Math.ceilDiv(LEAST_PERIOD, columns);
        int length = period + ahead;
        if (values.byteSize() < (long) Float.BYTES * length) {
            values = Aligned.floats(length);
        }
        long bytes = (long) Float.BYTES * length;
        long copied = (long) Float.BYTES * columns;
        MemorySegment.copy(bias, 0, values, 0, copied);
        while (copied < bytes) { // twice as many each time
            long next = Math.min(copied, bytes - copied);
            MemorySegment.copy(values, 0, values, copied, next);
            copied += next;
        }
    }

    /**
     * The biases, as of the last {@link #set}.
     *
     * @return native memory that holds, perhaps before more, a period of floats, the least multiple of the columns that is
     *     {@value #LEAST_PERIOD} or more, and as many of it again as were asked for
     */
    public MemorySegment values() {
        return values;
    }

    /**
     * Where an element's bias is.
     *
     * @param element the element, counted from the beginning of any row
     * @return its index
     */
    public int at(long element) {
        return (int) (element % columns);
    }

    float of(int at, int element) {
        return values.get(FLOAT, (long) Float.BYTES * ((at + element) % columns));
    }
}
