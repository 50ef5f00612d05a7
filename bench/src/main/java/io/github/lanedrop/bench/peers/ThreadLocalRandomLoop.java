package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ThreadLocalRandom;

/** The loop on the JDK's ThreadLocalRandom, which cannot be seeded. */
public final class ThreadLocalRandomLoop extends MaskLoop {
    /** Loads nothing. */
    public ThreadLocalRandomLoop() {
        super("thread-local-random", "java.util.concurrent.ThreadLocalRandom");
    }

    @Override
    Loop loop(Task task) {
        return new Loop(task) {
            @Override
            void draw(MemorySegment from, MemorySegment to) {
                drop(ThreadLocalRandom.current(), from, to, mask, rate, scale);
            }
        };
    }

    private static void drop(
            ThreadLocalRandom random, MemorySegment from, MemorySegment to, float[] mask, float rate, float scale) {
        for (int i = 0; i < mask.length; i++) {
            float factor = random.nextFloat() < rate ? 0 : scale;
            mask[i] = factor;
            to.setAtIndex(JAVA_FLOAT, i, from.getAtIndex(JAVA_FLOAT, i) * factor);
        }
    }
}
