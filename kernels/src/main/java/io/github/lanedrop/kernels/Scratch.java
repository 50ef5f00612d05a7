package io.github.lanedrop.kernels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one call needs beside its arguments, small enough to stay in L1: the random bytes and the keep bits of a chunk.
 *
 * <p>Borrowed from a small pool, so that a call allocates nothing once the pool is warm, whatever the thread, virtual
 * ones included. A contended slot costs an allocation, never a wait.
 */
final class Scratch {
    /** Elements handled at a time. */
    static final int CHUNK = 4096;

    /** Room for the generator to write whole groups, and for a chunk that starts inside a block. */
    private static final int SLACK = 256;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Scratch[].class);
    private static final int SLOTS = 64;
    private static final int SPREAD = 16; // references that share a cache line
    private static final Scratch[] POOL = new Scratch[SLOTS * SPREAD];

    /** Two random bytes a pattern. */
    final byte[] stream = new byte[CHUNK / 4 + SLACK];
    /** Keep bits, lowest bit first. */
    final byte[] keepBits = new byte[CHUNK / 8 + SLACK];

    private Scratch() {}

    static Scratch borrow() {
        Scratch scratch = (Scratch) SLOT.getAndSet(POOL, slot(), null);
        return scratch != null ? scratch : new Scratch();
    }

    void giveBack() {
        SLOT.setRelease(POOL, slot(), this);
    }

    private static int slot() {
        return (int) (Thread.currentThread().threadId() % SLOTS) * SPREAD;
    }
}
