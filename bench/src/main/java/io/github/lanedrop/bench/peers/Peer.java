package io.github.lanedrop.bench.peers;

import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * Somebody's inverted dropout on float32.
 *
 * <pre>
 * forward:   result[i] = kept[i] ? src[i] * 1 / (1 - rate) : 0        a new mask in every call
 * backward:  result[i] = kept[i] ? gradient[i] * 1 / (1 - rate) : 0   the mask of the last forward
 * in place:  dst[i]    = kept[i] ? dst[i] * 1 / (1 - rate) : 0        a new mask in every call
 * </pre>
 *
 * <p>A peer has a public constructor without parameters that loads no library; {@link #version} and {@link #prepare} do. A
 * library's name is listed in {@code META-INF/services/io.github.lanedrop.bench.peers.Peer}.
 */
public interface Peer {
    /** What a peer can do. */
    enum Operation {
        /** Out of place, with a new mask. */
        FORWARD,
        /** A gradient, with the mask of the last forward. */
        BACKWARD,
        /** In place, with a new mask. */
        IN_PLACE
    }

    /**
     * Its name on the command line and in the report.
     *
     * @return lower case letters, digits and hyphens
     */
    String id();

    /**
     * What exactly is measured. May load the library.
     *
     * @return for example {@code PyTorch 2.7.1 (org.bytedeco:pytorch 2.7.1-1.5.12)}
     */
    String version();

    /**
     * What a reader must know to be fair: which call is measured, what it does that this library does not (allocates its
     * output, stores a mask), and what is wrong with it.
     *
     * @return a sentence or two
     */
    String description();

    /**
     * What it can do.
     *
     * @return the operations, {@link Operation#FORWARD} always
     */
    Set<Operation> operations();

    /**
     * Whether it can use more than one thread.
     *
     * @return false if {@link #prepare} refuses more than one
     */
    default boolean isParallel() {
        return true;
    }

    /**
     * Makes everything ready that a call need not do again.
     *
     * @param task what to drop
     * @return the calls
     * @throws IllegalArgumentException if the task asks for threads that it does not have
     */
    Work prepare(Task task);

    /**
     * What to drop: buffers of {@code elements} little-endian floats in native memory, aligned to 64 bytes. A peer whose
     * interface takes the caller's memory reads and writes it in every call; another one copies it once, when prepared,
     * and its description says so.
     *
     * @param src the activations, which a forward must leave as they are
     * @param gradient what a backward takes, and leaves as it is; may be {@code src}
     * @param dst receives results, and is what an in-place call works on
     * @param elements how many, 1 or more
     * @param rate the probability to drop, in (0, 1)
     * @param threads how many threads to use, 1 or more
     */
    record Task(MemorySegment src, MemorySegment gradient, MemorySegment dst, int elements, double rate, int threads) {
        /**
         * Refuses buffers that are too small and numbers out of range.
         *
         * @throws IllegalArgumentException if there are any
         */
        public Task {
            long bytes = (long) elements * Float.BYTES;
            if (src.byteSize() < bytes || gradient.byteSize() < bytes || dst.byteSize() < bytes) {
                throw new IllegalArgumentException("buffers must hold " + elements + " float32 elements");
            }
            if (elements < 1 || threads < 1 || !(rate > 0 && rate < 1)) {
                throw new IllegalArgumentException("elements and threads must be 1 or more, the rate in (0, 1), got "
                        + elements + ", " + threads + " and " + rate);
            }
        }

        /** What a kept element is multiplied by. */
        float scale() {
            return (float) (1 / (1 - rate));
        }
    }

    /** The calls that are measured, on the thread that prepared them: some libraries count threads by thread. */
    interface Work extends AutoCloseable {
        /** Drops {@code src} by a new mask into {@link #result}. */
        void forward();

        /** Drops {@code gradient} by the mask of the last {@link #forward} into {@link #result}. */
        default void backward() {
            throw new UnsupportedOperationException("no backward");
        }

        /** Drops {@code dst} in place by a new mask. */
        default void inPlace() {
            throw new UnsupportedOperationException("no in-place form");
        }

        /**
         * Where the last {@link #forward} or {@link #backward} left its result. Called only by tests and checks.
         *
         * @return {@code elements} floats, valid until the next call
         */
        MemorySegment result();

        /**
         * Whether each call allocates its result, so that it may cost page faults.
         *
         * @return false if results are written to {@code dst}
         */
        default boolean allocates() {
            return false;
        }

        /** Gives back what it holds. */
        @Override
        default void close() {}
    }
}
