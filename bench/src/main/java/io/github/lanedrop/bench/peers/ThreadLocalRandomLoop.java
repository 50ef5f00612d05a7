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
                ThreadLocalRandom random = ThreadLocalRandom.current();
                for (int i = 0; i < mask.length; i++) {
                    mask[i] = random.nextFloat() < rate ? 0 : scale;
                    to.setAtIndex(JAVA_FLOAT, i, from.getAtIndex(JAVA_FLOAT, i) * mask[i]);
                }
            }
        };
    }
}
