package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** The loop on Commons RNG's generator of this library's family. */
public final class CommonsRngLoop extends MaskLoop {
    /** Loads nothing. */
    public CommonsRngLoop() {
        super("commons-rng", "Commons RNG's PHILOX_4X32");
    }

    @Override
    Loop loop(Task task) {
        return new Loop(task) {
            private final UniformRandomProvider random = RandomSource.PHILOX_4X32.create(2026L);

            @Override
            void draw(MemorySegment from, MemorySegment to) {
                drop(random, from, to, mask, rate, scale);
            }
        };
    }

    private static void drop(
            UniformRandomProvider random, MemorySegment from, MemorySegment to, float[] mask, float rate, float scale) {
        for (int i = 0; i < mask.length; i++) {
            float factor = random.nextFloat() < rate ? 0 : scale;
            mask[i] = factor;
            to.setAtIndex(JAVA_FLOAT, i, from.getAtIndex(JAVA_FLOAT, i) * factor);
        }
    }
}
