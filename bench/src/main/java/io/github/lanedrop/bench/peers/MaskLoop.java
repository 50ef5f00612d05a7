package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/**
 * The loop that people write: one random number an element, compared with the rate, and a float mask for the backward.
 *
 * <p>The loops over the elements stand in the classes that extend this one, so that each has its own profile.
 */
abstract class MaskLoop implements Peer {
    private final String id;
    private final String generator;

    MaskLoop(String id, String generator) {
        this.id = id;
        this.generator = generator;
    }

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final String version() {
        return generator + ", Java " + Runtime.version();
    }

    @Override
    public final String description() {
        return "A plain loop of one nextFloat() an element: writes dst and a float mask, which backward multiplies by.";
    }

    @Override
    public final Set<Operation> operations() {
        return EnumSet.allOf(Operation.class);
    }

    @Override
    public final boolean isParallel() {
        return false;
    }

    @Override
    public final Work prepare(Task task) {
        if (task.threads() > 1) {
            throw new IllegalArgumentException(id + " has one thread, got " + task.threads());
        }
        return loop(task);
    }

    abstract Loop loop(Task task);

    abstract static class Loop implements Work {
        private final Task task;
        final float[] mask;
        final float rate;
        final float scale;

        Loop(Task task) {
            this.task = task;
            mask = new float[task.elements()];
            rate = (float) task.rate();
            scale = task.scale();
        }

        /** Draws the mask and multiplies by it. */
        abstract void draw(MemorySegment from, MemorySegment to);

        @Override
        public void forward() {
            draw(task.src(), task.dst());
        }

        @Override
        public void inPlace() {
            draw(task.dst(), task.dst());
        }

        @Override
        public void backward() {
            for (int i = 0; i < mask.length; i++) {
                task.dst().setAtIndex(JAVA_FLOAT, i, task.gradient().getAtIndex(JAVA_FLOAT, i) * mask[i]);
            }
        }

        @Override
        public MemorySegment result() {
            return task.dst();
        }
    }
}
