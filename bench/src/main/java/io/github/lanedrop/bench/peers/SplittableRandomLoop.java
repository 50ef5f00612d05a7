package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** The loop on the JDK's SplittableRandom. */
public final class SplittableRandomLoop extends MaskLoop {
    /** Loads nothing. */
    public SplittableRandomLoop() {
        super("splittable-random", "java.util.SplittableRandom");
    }

    @Override
    Loop loop(Task task) {
        return new Loop(task) {
            private final SplittableRandom random = new SplittableRandom(2026);

            @Override
            void draw(MemorySegment from, MemorySegment to) {
                drop(random, from, to, mask, rate, scale);
            }
        };
    }

    private static void drop(
            SplittableRandom random, MemorySegment from, MemorySegment to, float[] mask, float rate, float scale) {
        for (int i = 0; i < mask.length; i++) {
            float factor = random.nextFloat() < rate ? 0 : scale;
            mask[i] = factor;
            to.setAtIndex(JAVA_FLOAT, i, from.getAtIndex(JAVA_FLOAT, i) * factor);
        }
    }
}
