package io.github.lanedrop.kernels;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The caller's threads: an executor and the number of tasks to split a call into.
 *
 * <p>Kernels start no threads. A call splits its elements into {@code tasks} contiguous ranges, hands all but the last to
 * the executor, does the last itself, then what nobody has begun, and waits for the rest. Bits do not depend on the split.
 * The executor may run tasks late, on the calling thread or not at all. While it waits, the calling thread spins for some ten
 * microseconds, or an eighth of the time that it worked, before it sleeps: at 65,536 elements a call takes less than waking a
 * thread up, and ranges end about together.
 *
 * {@snippet :
 * var workers = new Workers(ForkJoinPool.commonPool(), 4); // memory must be shared or automatic, not confined to a thread
 * DropoutKernel.forward(mask, 0, x, y, elements, workers);
 * }
 *
 * <p>To wake a thread takes 20 to 40 microseconds until it begins, and 7 of the caller's own (virtual machine on Zen 4, JDK
 * 25). A {@link java.util.concurrent.ForkJoinPool} looks for tasks for some microseconds before its threads sleep, so that
 * calls one after another find them awake, .3 microseconds away; the threads of other pools sleep at once.
 *
 * @param executor runs the tasks
 * @param tasks how many ranges, 1 or more; about the number of cores
 */
public record Workers(Executor executor, int tasks) {
    private static final long SPIN_NANOSECONDS = 10_000;
    /** Spins between looks at the clock. */
    private static final int SPINS = 64;
    /** Steps of a task's range, where it is shared. */
    private static final int MOST_STEPS = 8;
    /** Grains of a step at least: the first chunk of a range is not drawn ahead, which takes 130 ns. */
    private static final int STEP_GRAINS = 8;

    /** The calling thread alone. */
    public static final Workers NONE = new Workers(Runnable::run, 1);

    /**
     * Refuses a null executor and fewer than one task.
     *
     * @throws IllegalArgumentException if {@code tasks} is less than 1
     */
    public Workers {
        Objects.requireNonNull(executor, "executor");
        if (tasks < 1) {
            throw new IllegalArgumentException("tasks must be 1 or more, got " + tasks);
        }
    }

    /** A kernel on the items from {@code start} to {@code end}, exclusive. */
    interface Range {
        void run(long start, long end);
    }

    /**
     * Runs a kernel on all items in ranges that start at multiples of the grain, one a task.
     *
     * @throws RuntimeException what the first failing range threw, after all have ended
     */
    void split(long items, long grain, Range range) {
        split(items, grain, 1, range);
    }

    /**
     * As {@link #split}, but each task's range in a few steps, so that whoever is done helps the others: for kernels that
     * lose little where a range begins.
     *
     * @throws RuntimeException what the first failing range threw, after all have ended
     */
    void share(long items, long grain, Range range) {
        split(items, grain, MOST_STEPS, range);
    }

    private void split(long items, long grain, int mostSteps, Range range) {
        long grains = items / grain + (items % grain == 0 ? 0 : 1);
        int parts = (int) Math.min(tasks, Math.max(1, grains));
        if (parts == 1) {
            range.run(0, items);
            return;
        }
        var call = new Call(range, items, grain, grains, parts, mostSteps);
        Part own = call.parts[parts - 1];
        long taken = own.takes(true); // before others can: to wake them takes longer than they need to begin
        for (int part = 0; part < parts - 1; part++) {
            try {
                executor.execute(call.parts[part]);
            } catch (Throwable refused) { // errors too: other tasks are at work on the caller's memory
                call.failure.compareAndSet(null, refused);
                call.parts[part].giveUp();
            }
        }
        long begun = System.nanoTime();
        own.run(taken);
        for (Part part : call.parts) {
            part.help();
        }
        await(call.left, Math.max(SPIN_NANOSECONDS, (System.nanoTime() - begun) / 8));
        switch (call.failure.get()) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null -> {}
            case Throwable checked -> throw new UndeclaredThrowableException(checked); // some languages do not declare
        }
    }

    /** What the tasks of a call share. */
    private static final class Call {
        final Range range;
        final long items;
        final long grain;
        final Part[] parts;
        /** Steps that have not ended. */
        final CountDownLatch left;

        final AtomicReference<Throwable> failure = new AtomicReference<>();

        Call(Range range, long items, long grain, long grains, int count, int mostSteps) {
            this.range = range;
            this.items = items;
            this.grain = grain;
            parts = new Part[count];
            int steps = 0;
            for (int part = 0; part < count; part++) {
                parts[part] = new Part(this, start(part, count, grains), start(part + 1, count, grains), mostSteps);
                steps += parts[part].steps;
            }
            left = new CountDownLatch(steps);
        }
    }

    /**
     * A task's range in steps, of which each is run by whoever comes first, or given up, never both. Its own thread goes
     * from front to back, and those who help from back to front, so that each has memory that it had in the last call; both
     * take half of what is left, so that ranges begin seldom and end together.
     *
     * <p>The number counts steps that were begun: from the front in the lower half, from the back in the upper one.
     */
    private static final class Part extends AtomicInteger implements Runnable {
        private static final long serialVersionUID = 1;
        private static final int HALF = Short.SIZE;

        private final transient Call call;
        private final long first;
        private final long grains;
        private final int steps;

        Part(Call call, long first, long end, int mostSteps) {
            this.call = call;
            this.first = first;
            grains = end - first;
            steps = Math.clamp(grains / STEP_GRAINS, 1, mostSteps);
        }

        /** The task: this range, then what is left of the caller's. */
        @Override
        public void run() {
            run(takes(true));
            call.parts[call.parts.length - 1].help();
        }

        /** Runs the steps that were taken, then what is left of them. */
        void run(long taken) {
            for (long steps = taken; steps >= 0; steps = takes(true)) {
                runs(steps);
            }
        }

        void help() {
            for (long steps = takes(false); steps >= 0; steps = takes(false)) {
                runs(steps);
            }
        }

        /** An executor may throw with the task done, started or still queued. */
        void giveUp() {
            for (long steps = takes(true); steps >= 0; steps = takes(true)) {
                ended(steps);
            }
        }

        /** Takes some steps from either end: the first one above the number of them, or -1 if none is left. */
        long takes(boolean front) {
            while (true) {
                int begun = get();
                int fromFront = begun & ((1 << HALF) - 1);
                int fromBack = begun >>> HALF;
                int left = steps - fromFront - fromBack;
                if (left == 0) {
                    return -1;
                }
                int taken = (left + 1) / 2;
                if (compareAndSet(begun, begun + (front ? taken : taken << HALF))) {
                    return (long) (front ? fromFront : steps - fromBack - taken) << Integer.SIZE | taken;
                }
            }
        }

        private void ended(long taken) {
            for (int i = 0; i < (int) taken; i++) {
                call.left.countDown();
            }
        }

        private void runs(long taken) {
            int step = (int) (taken >>> Integer.SIZE);
            long start = first + start(step, steps, grains);
            long end = first + start(step + (int) taken, steps, grains);
            try {
                // the last grain may not be whole, and its end not a long
                call.range.run(start * call.grain, end > call.items / call.grain ? call.items : end * call.grain);
            } catch (Throwable thrown) {
                call.failure.compareAndSet(null, thrown);
            }
            ended(taken);
        }
    }

    private static long start(int part, int parts, long grains) {
        return grains / parts * part + Math.min(part, grains % parts);
    }

    /** The tasks write to the caller's memory, so an interrupt must not return before they have ended. */
    private static void await(CountDownLatch latch, long nanoseconds) {
        long begun = System.nanoTime();
        while (latch.getCount() > 0 && System.nanoTime() - begun < nanoseconds) {
            for (int spin = 0; spin < SPINS && latch.getCount() > 0; spin++) {
                Thread.onSpinWait();
            }
        }
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
