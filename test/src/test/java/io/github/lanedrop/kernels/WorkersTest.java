package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.rng.Key;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Splitting over threads: the same bits, no task lost or left behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WorkersTest {
    private static final int ELEMENTS = 50_021;
    private static final long OFFSET = (1L << 33) + 3;

    private final int[] input = Memory.floatBits(new Random(21), ELEMENTS);

    /** Output and keep bits, one after the other. */
    private byte[] run(double rate, Workers workers) {
        byte[] result = new byte[4 * ELEMENTS + (ELEMENTS + 7) / 8];
        MemorySegment segment = MemorySegment.ofArray(result);
        DropoutKernel.forward(
                new BernoulliMask(Rate.drop(rate), new Key(4, 4)),
                OFFSET,
                MemorySegment.ofArray(input),
                segment,
                ELEMENTS,
                segment.asSlice(4 * ELEMENTS),
                workers);
        return result;
    }

    private void assertSameAsOneThread(Executor executor, int tasks) {
        for (double rate : new double[] {0, .1, .5, 1}) {
            assertThat(run(rate, new Workers(executor, tasks)))
                    .as("%d tasks, rate %s", tasks, rate)
                    .isEqualTo(run(rate, Workers.NONE));
        }
    }

    @Test
    void anyNumberOfTasksOnAPool() {
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            for (int tasks : new int[] {1, 2, 3, 4, 5, 6, 7, 13, 100, Integer.MAX_VALUE}) {
                assertSameAsOneThread(executor, tasks);
            }
        }
    }

    @Test
    void virtualThreads() {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            assertSameAsOneThread(executor, 7);
        }
    }

    /** Holds tasks back until the last has come, then runs them in a random order. */
    @Test
    void randomOrder() {
        for (int tasks = 2; tasks <= 7; tasks++) {
            var random = new Random(tasks);
            List<Runnable> waiting = new ArrayList<>();
            int others = tasks - 1;
            assertSameAsOneThread(
                    task -> {
                        waiting.add(task);
                        if (waiting.size() == others) {
                            List<Runnable> shuffled = new ArrayList<>(waiting);
                            waiting.clear();
                            Collections.shuffle(shuffled, random);
                            shuffled.forEach(Runnable::run);
                        }
                    },
                    tasks);
        }
    }

    @Test
    void manyCallersAtOnceGetTheSameBits() throws Exception {
        byte[] expected = run(.1, Workers.NONE);
        try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
            List<Future<byte[]>> results = new ArrayList<>();
            for (int caller = 0; caller < 64; caller++) {
                results.add(executor.submit(() -> run(.1, new Workers(Runnable::run, 3))));
            }
            for (Future<byte[]> result : results) {
                assertThat(result.get()).isEqualTo(expected);
            }
        }
    }

    /** What nobody has begun when the caller is done with its own part, the caller does. */
    @Test
    void executorThatNeverRunsATask() {
        assertSameAsOneThread(_ -> {}, 4);
    }

    @Test
    void executorThatRunsTasksWhenTheCallHasReturned() {
        List<Runnable> late = new ArrayList<>();
        byte[] expected = run(.1, Workers.NONE);
        byte[] result = run(.1, new Workers(late::add, 4));
        byte[] before = result.clone();
        assertThat(late).hasSize(3);
        late.forEach(Runnable::run);
        assertThat(result).isEqualTo(before).isEqualTo(expected);
    }

    @Test
    void callFromTheOnlyThreadOfThePool() throws Exception {
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            assertThat(pool.submit(() -> run(.1, new Workers(pool, 3))).get()).isEqualTo(run(.1, Workers.NONE));
        }
    }

    @Test
    void executorThatRejects() {
        for (int accepted = 0; accepted < 3; accepted++) {
            var left = new AtomicInteger(accepted);
            Executor rejecting = task -> {
                if (left.getAndDecrement() <= 0) {
                    throw new RejectedExecutionException("full");
                }
                task.run();
            };
            assertThatThrownBy(() -> run(.1, new Workers(rejecting, 4)))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessage("full");
        }
    }

    /** No thread left: the error comes out only when the tasks that did start have ended. */
    @Test
    void executorThatFailsWithAnError() throws Exception {
        var release = new CountDownLatch(1);
        var ended = new AtomicInteger();
        var left = new AtomicInteger(1);
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Executor failing = task -> {
                if (left.getAndDecrement() <= 0) {
                    release.countDown();
                    throw new OutOfMemoryError("unable to create native thread");
                }
                pool.execute(() -> {
                    awaitUninterrupted(release);
                    task.run();
                });
            };
            assertThatThrownBy(() ->
                            new Workers(failing, 4).split(4, 1, (start, end) -> ended.addAndGet((int) (end - start))))
                    .isInstanceOf(OutOfMemoryError.class);
            assertThat(ended.get())
                    .as("ranges done: the first and the caller's own")
                    .isEqualTo(2);
        }
    }

    /** A caller-runs executor may fail after it has run the task: that must not stop the wait for the others. */
    @Test
    void executorThatRunsTheTaskAndThenThrows() {
        var release = new CountDownLatch(1);
        var ended = new AtomicInteger();
        var calls = new AtomicInteger();
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Executor odd = task -> {
                if (calls.getAndIncrement() == 0) {
                    pool.execute(() -> {
                        awaitUninterrupted(release);
                        task.run();
                    });
                } else {
                    task.run();
                    release.countDown();
                    throw new IllegalStateException("after the task");
                }
            };
            assertThatThrownBy(() -> new Workers(odd, 3).split(3, 1, (start, end) -> {
                        if (start == 0) {
                            pause();
                        }
                        ended.incrementAndGet();
                    }))
                    .hasMessage("after the task");
            assertThat(ended.get()).isEqualTo(3);
        }
    }

    /** Makes the wrong order likely; no result depends on how long it takes. */
    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first failure comes out, after every range has ended. */
    @Test
    void taskThatThrows() {
        for (int failing = 0; failing < 5; failing++) {
            int bad = failing;
            var ended = new AtomicInteger();
            try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
                assertThatThrownBy(() -> new Workers(executor, 5).split(5, 1, (start, end) -> {
                            ended.incrementAndGet();
                            if (start == bad) {
                                throw new ArithmeticException("range " + start);
                            }
                        }))
                        .isInstanceOf(ArithmeticException.class)
                        .hasMessage("range " + bad);
                assertThat(ended.get()).isEqualTo(5);
            }
        }
    }

    @Test
    void taskThatThrowsAnError() {
        assertThatThrownBy(() -> new Workers(Runnable::run, 3).split(9, 2, (start, end) -> {
                    throw new StackOverflowError("range " + start);
                }))
                .isInstanceOf(StackOverflowError.class)
                .hasMessage("range 0");
    }

    /** Other languages throw checked exceptions where Java could not: a call that is half done must not return. */
    @Test
    void executorThatThrowsAnUndeclaredException() {
        Executor undeclared = task -> throwAny(new IOException("not a runtime exception"));
        assertThatThrownBy(() -> run(.1, new Workers(undeclared, 2)))
                .isInstanceOf(UndeclaredThrowableException.class)
                .hasRootCauseMessage("not a runtime exception");
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void throwAny(Throwable throwable) throws T {
        throw (T) throwable;
    }

    /** Every item once, in ranges that start at multiples of the grain. */
    @Test
    void rangesPartitionTheItems() {
        long[] sizes = {0, 1, 63, 64, 65, 640, 1000, (1L << 31) + 77, Long.MAX_VALUE - 4096};
        for (long items : sizes) {
            for (long grain : new long[] {1, 64, 4096}) {
                for (int tasks = 1; tasks <= 7; tasks++) {
                    var ranges = new ConcurrentLinkedQueue<long[]>();
                    new Workers(Runnable::run, tasks)
                            .split(items, grain, (start, end) -> ranges.add(new long[] {start, end}));
                    List<long[]> sorted = new ArrayList<>(ranges);
                    sorted.sort((x, y) -> Long.compare(x[0], y[0]));
                    long at = 0;
                    for (long[] range : sorted) {
                        assertThat(range[0]).isEqualTo(at);
                        assertThat(range[0] % grain).isZero();
                        assertThat(range[1]).isGreaterThanOrEqualTo(range[0]);
                        at = range[1];
                    }
                    assertThat(at)
                            .as("%d items, grain %d, %d tasks", items, grain, tasks)
                            .isEqualTo(items);
                    assertThat(sorted.size()).isLessThanOrEqualTo(tasks);
                }
            }
        }
    }

    /** As {@link #rangesPartitionTheItems}, in steps, by several threads that help each other. */
    @Test
    void sharedRangesPartitionTheItems() {
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            for (int items : new int[] {1, 7, 8, 9, 100, 257, 1000}) {
                for (int tasks = 1; tasks <= 7; tasks++) {
                    var done = new AtomicIntegerArray(items);
                    new Workers(executor, tasks).share(items, 1, (start, end) -> {
                        for (long item = start; item < end; item++) {
                            done.incrementAndGet((int) item);
                        }
                    });
                    assertThat(IntStream.range(0, items).map(done::get).toArray())
                            .as("%d items, %d tasks", items, tasks)
                            .containsOnly(1);
                }
            }
        }
    }

    /** Who has the first quarter of a range does not end before all others have, which only the other thread can do. */
    @Test
    void whoIsDoneHelpsTheOther() {
        int items = 128;
        for (long slow : new long[] {0, items / 2}) { // the executor's range, the caller's
            var begun = new CountDownLatch(1);
            var others = new CountDownLatch(items - items / 4);
            try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
                new Workers(executor, 2).share(items, 1, (start, end) -> {
                    if (start == slow) {
                        begun.countDown();
                        assertThat(end).isEqualTo(slow + items / 4);
                        awaitUninterrupted(others);
                        return;
                    }
                    awaitUninterrupted(begun);
                    for (long item = start; item < end; item++) {
                        others.countDown();
                    }
                });
            }
            assertThat(others.getCount()).isZero();
        }
    }

    /** An interrupt neither cuts the wait short nor gets lost. */
    @Test
    void interruptIsKept() {
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            Thread.currentThread().interrupt();
            byte[] actual = run(.5, new Workers(executor, 4));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(actual).isEqualTo(run(.5, Workers.NONE));
        }
    }

    @Test
    void sharedArenaCanBeSplit() {
        try (Arena arena = Arena.ofShared();
                ExecutorService executor = Executors.newFixedThreadPool(2)) {
            MemorySegment data = arena.allocate(4L * ELEMENTS);
            Memory.fill(data, input);
            var mask = new BernoulliMask(Rate.drop(.1), new Key(4, 4));
            DropoutKernel.forward(mask, OFFSET, data, data, ELEMENTS, new Workers(executor, 3));
            assertThat(Memory.bytes(data)).isEqualTo(Arrays.copyOf(run(.1, Workers.NONE), 4 * ELEMENTS));
        }
    }
}
