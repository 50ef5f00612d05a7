package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.learned.Sums;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Adds up the 32-bit floats of the elements that share a value: what turns gradients per element into the gradient of a
 * shared parameter.
 *
 * <pre>
 * dst[j] = sum of src[i] over all i with sharing.index(i) = j
 * </pre>
 *
 * <p>Sums are in double and rounded once. Their order is fixed: where {@code inner} is 1, chunks of 1,024 elements from
 * the first of a group, in each the element {@code i} to partial sum {@code i mod 8}, these as a tree, the chunks first to
 * last; else element by element, first to last. A value that nothing shares in is copied.
 *
 * <p><b>Edges.</b> A last group that is not whole is summed as far as it goes; its values without any element are 0. 0
 * elements do nothing. <b>Aliasing.</b> {@code dst} must be disjoint from {@code src}. <b>Threads.</b> Static, stateless,
 * allocates nothing once warm where there is one task; the bits do not depend on the tasks. <b>Errors.</b> As those of
 * {@link DropoutKernel}; everything is checked before the first write.
 */
public final class SharedSum {
    /** Columns that are split no further: a few cache lines of each row. */
    private static final int COLUMNS = 64;

    private SharedSum() {}

    /**
     * Adds up.
     *
     * @param sharing which elements share a value
     * @param src the elements
     * @param dst receives {@code sharing.values(elements)} sums
     * @param elements how many
     */
    public static void sum(Sharing sharing, MemorySegment src, MemorySegment dst, long elements) {
        sum(sharing, src, dst, elements, Workers.NONE);
    }

    /**
     * Adds up, on the caller's executor.
     *
     * @param sharing which elements share a value
     * @param src the elements
     * @param dst receives {@code sharing.values(elements)} sums
     * @param elements how many
     * @param workers who does it
     */
    public static void sum(Sharing sharing, MemorySegment src, MemorySegment dst, long elements, Workers workers) {
        Check.range(0, elements);
        Buffers.readable("src", src, elements, workers);
        long values = sharing.values(elements);
        Buffers.writable("dst", dst, values, workers);
        Buffers.disjoint("src", src, elements, "dst", dst, values);
        if (sharing.shared() == 1) {
            MemorySegment.copy(src, 0, dst, 0, elements * Float.BYTES);
            Storage.zero(dst, elements * Float.BYTES, values * Float.BYTES);
            return;
        }
        if (sharing.inner() > 1) {
            columns(sharing, src, dst, elements, workers);
        } else if (workers.tasks() == 1) {
            groups(sharing.shared(), src, dst, elements, 0, values);
        } else if (values > 1) {
            workers.split(values, 1, (start, end) -> groups(sharing.shared(), src, dst, elements, start, end));
        } else if (values == 1) {
            double[] sums = ChunkSums.of(elements);
            workers.split(elements, LearnedScratch.CHUNK, (start, end) -> consecutive(src, start, end, sums));
            dst.set(FLOAT, 0, (float) ChunkSums.total(sums));
        }
    }

    private static void groups(long shared, MemorySegment src, MemorySegment dst, long elements, long start, long end) {
        for (long group = start; group < end; group++) {
            long first = group * shared;
            double sum = consecutive(src, first, first + Math.min(shared, elements - first), ChunkSums.NONE);
            dst.set(FLOAT, group * Float.BYTES, (float) sum);
        }
    }

    private static double consecutive(MemorySegment src, long start, long end, double[] sums) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        double total = 0;
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(src, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            total = ChunkSums.add(total, sums, at, Sums.sum(scratch.a, count));
        }
        LearnedScratch.POOL.giveBack(scratch);
        return total;
    }

    private static void columns(Sharing sharing, MemorySegment src, MemorySegment dst, long elements, Workers workers) {
        long group = sharing.shared() * sharing.inner();
        for (long first = 0; first < elements; first += group) {
            long groupFirst = first;
            long groupElements = Math.min(group, elements - first);
            long value = first / sharing.shared();
            if (workers.tasks() == 1) {
                columns(sharing, src, dst, groupFirst, groupElements, value, 0, sharing.inner());
            } else {
                workers.split(
                        sharing.inner(),
                        COLUMNS,
                        (start, end) -> columns(sharing, src, dst, groupFirst, groupElements, value, start, end));
            }
        }
    }

    /** The columns from start to end of one group. */
    private static void columns(
            Sharing sharing,
            MemorySegment src,
            MemorySegment dst,
            long groupFirst,
            long groupElements,
            long value,
            long start,
            long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long column = start; column < end; column += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - column);
            Arrays.fill(scratch.sums, 0, count, 0);
            for (long row = column; row < groupElements; row += sharing.inner()) {
                int present = (int) Math.min(count, groupElements - row);
                MemorySegment.copy(src, FLOAT, (groupFirst + row) * Float.BYTES, scratch.a, 0, present);
                Sums.accumulate(scratch.a, scratch.sums, present);
            }
            Sums.round(scratch.sums, scratch.a, count);
            MemorySegment.copy(scratch.a, 0, dst, FLOAT, (value + column) * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }
}
