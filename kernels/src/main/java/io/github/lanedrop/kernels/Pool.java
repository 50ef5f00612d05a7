package io.github.lanedrop.kernels;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Scratch memory for calls: borrowed and given back, so that a call allocates nothing once the pool is warm, whatever the
 * thread, virtual ones included. A contended slot costs an allocation, never a wait.
 */
final class Pool<T> {
    private static final int SLOTS = 64; // a power of two
    private static final int SPREAD = 16; // references that share a cache line

    private final AtomicReferenceArray<T> slots = new AtomicReferenceArray<>(SLOTS * SPREAD);
    private final Supplier<T> make;

    Pool(Supplier<T> make) {
        this.make = make;
    }

    T borrow() {
        T item = slots.getAndSet(slot(), null);
        return item != null ? item : make.get();
    }

    void giveBack(T item) {
        slots.setRelease(slot(), item);
    }

    private static int slot() {
        return (int) (Thread.currentThread().threadId() & (SLOTS - 1)) * SPREAD;
    }
}
