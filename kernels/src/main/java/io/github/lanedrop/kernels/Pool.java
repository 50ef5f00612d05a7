package io.github.lanedrop.kernels;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Scratch memory for calls: borrowed and given back, so that a call allocates nothing once the pool is warm, whatever the
 * thread, virtual ones included. A contended slot costs an allocation, never a wait.
 *
 * <p>A thread uses the slot of its number; in a pool of large things it uses any, so that fewer slots do.
 */
final class Pool<T> {
    private static final int SLOTS = 64;
    private static final int SPREAD = 16; // references that share a cache line

    private final AtomicReferenceArray<T> slots;
    private final int count; // a power of two: small calls would notice a division
    private final int tries;
    private final Supplier<T> make;

    Pool(Supplier<T> make) {
        this(make, SLOTS, 1);
    }

    private Pool(Supplier<T> make, int count, int tries) {
        slots = new AtomicReferenceArray<>(count * SPREAD);
        this.count = count;
        this.tries = tries;
        this.make = make;
    }

    /** A pool that keeps about as many things as there are processors. */
    static <T> Pool<T> ofLarge(Supplier<T> make) {
        int processors = Math.min(SLOTS, Runtime.getRuntime().availableProcessors());
        int count = Integer.highestOneBit(2 * processors - 1);
        return new Pool<>(make, count, count);
    }

    T borrow() {
        for (int i = 0; i < tries; i++) {
            T item = slots.getAndSet(slot(i), null);
            if (item != null) {
                return item;
            }
        }
        return make.get();
    }

    void giveBack(T item) {
        for (int i = 0; i < tries - 1; i++) {
            if (slots.compareAndSet(slot(i), null, item)) {
                return;
            }
        }
        slots.setRelease(slot(tries - 1), item);
    }

    private int slot(int next) {
        return (((int) Thread.currentThread().threadId() + next) & (count - 1)) * SPREAD;
    }
}
