package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * What speed a good engineer gets without this library: a 32-bit hash of the index, in blocks and without a branch, so that
 * the JVM vectorises the loop by itself.
 *
 * <p>As a generator it is worthless: the hash of {@code index + seed} makes the mask of the next seed the mask of this one,
 * moved by one element.
 */
public final class WeakHashLoop implements Peer {
    @Override
    public String id() {
        return "weak-hash";
    }

    @Override
    public String version() {
        return "32-bit hash of index + seed, Java " + Runtime.version();
    }

    @Override
    public String description() {
        return "A blocked loop that the JVM vectorises: writes dst, stores no mask. Statistically worthless: the mask of "
                + "seed + 1 is that of the seed, moved by one element.";
    }

    @Override
    public Set<Operation> operations() {
        return EnumSet.allOf(Operation.class);
    }

    @Override
    public boolean isParallel() {
        return false;
    }

    @Override
    public Work prepare(Task task) {
        if (task.threads() > 1) {
            throw new IllegalArgumentException(id() + " has one thread, got " + task.threads());
        }
        return new Loop(task);
    }

    private static final class Loop implements Work {
        private static final int BLOCK = 2048;
        private static final int MULTIPLIER = 0x9E3779B9;

        private final Task task;
        private final int threshold;
        private final float scale;
        private final float[] block = new float[BLOCK];
        private final int[] hashes = new int[BLOCK]; // index * MULTIPLIER
        private int seed;

        Loop(Task task) {
            this.task = task;
            threshold = (int) Math.min(Math.round(task.rate() * 0x1p31), Integer.MAX_VALUE) - 1;
            Arrays.setAll(hashes, i -> i * MULTIPLIER);
            scale = task.scale();
        }

        @Override
        public void forward() {
            seed++;
            drop(task.src());
        }

        @Override
        public void backward() {
            drop(task.gradient());
        }

        @Override
        public void inPlace() {
            seed++;
            drop(task.dst());
        }

        private void drop(MemorySegment from) {
            for (int start = 0; start < task.elements(); start += BLOCK) {
                int count = Math.min(BLOCK, task.elements() - start);
                MemorySegment.copy(from, JAVA_FLOAT, (long) start * Float.BYTES, block, 0, count);
                drop(block, hashes, (start + seed) * MULTIPLIER, threshold, scale);
                MemorySegment.copy(block, 0, task.dst(), JAVA_FLOAT, (long) start * Float.BYTES, count);
            }
        }

        /** The whole block, whatever it holds: without a remainder, and with products from an array, C2 vectorises. */
        private static void drop(float[] block, int[] hashes, int first, int threshold, float scale) {
            for (int i = 0; i < block.length; i++) {
                int hash = first + hashes[i];
                hash = (hash ^ (hash >>> 16)) * 0x85EBCA6B;
                hash ^= hash >>> 13;
                int kept = (threshold - (hash >>> 1)) >>> 31; // 1 where the hash's upper 31 bits are above
                block[i] *= kept * scale;
            }
        }

        @Override
        public MemorySegment result() {
            return task.dst();
        }
    }
}
