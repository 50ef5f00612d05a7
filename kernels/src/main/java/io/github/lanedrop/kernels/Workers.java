package io.github.lanedrop.kernels;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The caller's threads: an executor and the number of tasks to split a call into.
 *
 * <p>Kernels start no threads. A call splits its elements into {@code tasks} contiguous ranges, hands all but the last to
 * the executor, does the last itself, then those that nobody has begun, and waits for the rest. Bits do not depend on the
 * split. The executor may run tasks late, on the calling thread or not at all. While it waits, the calling thread spins for
 * some ten microseconds, or an eighth of the time that its own range took, before it sleeps: at 65,536 elements a call takes
 * less than waking a thread up, and ranges end about together.
 *
 * @param executor runs the tasks
 * @param tasks how many ranges, 1 or more; about the number of cores
 */
public record Workers(Executor executor, int tasks) {
    private static final long SPIN_NANOSECONDS = 10_000;
    /** Spins between looks at the clock. */
    private static final int SPINS = 64;

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
     * Runs a kernel on all items in ranges that start at multiples of the grain.
     *
     * @throws RuntimeException what the first failing range threw, after all have ended
     */
    void split(long items, long grain, Range range) {
        long grains = items / grain + (items % grain == 0 ? 0 : 1);
        int parts = (int) Math.min(tasks, Math.max(1, grains));
        if (parts == 1) {
            range.run(0, items);
            return;
        }
        var others = new CountDownLatch(parts - 1);
        var failure = new AtomicReference<Throwable>();
        Part[] handedOver = new Part[parts - 1];
        for (int part = 0; part < parts - 1; part++) {
            handedOver[part] = new Part(
                    range, start(part, parts, grains) * grain, start(part + 1, parts, grains) * grain, others, failure);
            try {
                executor.execute(handedOver[part]);
            } catch (Throwable refused) { // errors too: other tasks are at work on the caller's memory
                failure.compareAndSet(null, refused);
                handedOver[part].giveUp();
            }
        }
        long begun = System.nanoTime();
        guarded(range, start(parts - 1, parts, grains) * grain, items, failure);
        for (Part part : handedOver) {
            part.run();
        }
        await(others, Math.max(SPIN_NANOSECONDS, (System.nanoTime() - begun) / 8));
        switch (failure.get()) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null -> {}
            case Throwable checked -> throw new UndeclaredThrowableException(checked); // some languages do not declare
        }
    }

    /** A range that is run by whoever comes first, or given up, never both. */
    private static final class Part extends AtomicBoolean implements Runnable {
        private static final long serialVersionUID = 1;

        private final transient Range range;
        private final long start;
        private final long end;
        private final transient CountDownLatch others;
        private final transient AtomicReference<Throwable> failure;

        Part(Range range, long start, long end, CountDownLatch others, AtomicReference<Throwable> failure) {
            this.range = range;
            this.start = start;
            this.end = end;
            this.others = others;
            this.failure = failure;
        }

        @Override
        public void run() {
            if (compareAndSet(false, true)) {
                guarded(range, start, end, failure);
                others.countDown();
            }
        }

        /** An executor may throw with the task done, started or still queued. */
        void giveUp() {
            if (compareAndSet(false, true)) {
                others.countDown();
            }
        }
    }

    private static long start(int part, int parts, long grains) {
        return grains / parts * part + Math.min(part, grains % parts);
    }

    private static void guarded(Range range, long start, long end, AtomicReference<Throwable> failure) {
        try {
            range.run(start, end);
        } catch (Throwable thrown) {
            failure.compareAndSet(null, thrown);
        }
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
