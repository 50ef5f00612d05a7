package io.github.lanedrop.kernels;

import java.util.Arrays;

/** Values of a broadcast noise: they are drawn, then written many times. */
final class BroadcastValues {
    private BroadcastValues() {}

    /** Fills {@code scratch.values} with elements {@code first} and on. */
    static void fill(BroadcastNoise noise, long first, int elements, NoiseScratch scratch) {
        if (elements > 0) {
            block(noise, 0, 0, first, elements, scratch, 0);
            System.arraycopy(scratch.shared, 0, scratch.values, 0, elements);
        }
    }

    /**
     * Elements of the block below some index of the axes before {@code axis}.
     *
     * @param value the block's first
     * @param from the first element, counted from the block's beginning
     * @param to where in {@code scratch.shared} it goes
     */
    private static void block(
            BroadcastNoise noise, int axis, long value, long from, int count, NoiseScratch scratch, int to) {
        BroadcastShape shape = noise.shape();
        float[] shared = scratch.shared;
        if (axis == shape.axes()) { // an element
            shared[to] = scratch.values[Noise.fill(noise.values(), value, 1, scratch)];
            return;
        }
        long period = shape.blockElements(axis + 1);
        if (shape.shared(axis)) {
            long start = from % period;
            int once = (int) Math.min(count, period);
            int head = (int) Math.min(once, period - start);
            block(noise, axis + 1, value, start, head, scratch, to);
            if (head < once) {
                block(noise, axis + 1, value, 0, once - head, scratch, to + head);
            }
            for (int done = once; done < count; done += Math.min(done, count - done)) {
                System.arraycopy(shared, to, shared, to + done, Math.min(done, count - done));
            }
        } else if (axis + 1 == shape.axes()) { // independent elements
            int at = Noise.fill(noise.values(), value + from, count, scratch);
            System.arraycopy(scratch.values, at, shared, to, count);
        } else if (axis + 2 == shape.axes()) { // runs of equal ones
            long run = from / period;
            long skip = from - run * period;
            int runs = 1 + (int) ((skip + count - 1) / period);
            int at = Noise.fill(noise.values(), value + run, runs, scratch);
            int start = to;
            for (int i = 0; i < runs; i++) {
                int end = to + (int) Math.min(count, (i + 1) * period - skip);
                Arrays.fill(shared, start, end, scratch.values[at + i]);
                start = end;
            }
        } else {
            long values = shape.blockDecisions(axis + 1);
            int done = 0;
            for (long index = from / period; done < count; index++) {
                long start = done == 0 ? from % period : 0;
                int part = (int) Math.min(count - done, period - start);
                block(noise, axis + 1, value + index * values, start, part, scratch, to + done);
                done += part;
            }
        }
    }
}
