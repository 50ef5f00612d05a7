package io.github.lanedrop.bench.peers;

import java.util.Map;

/**
 * What a native peer's output costs beside its arithmetic: the C library's {@code malloc}, which many peers call for each
 * result, as it is or told to keep its memory.
 *
 * <p>glibc reads it from the environment when a process starts. Asking later, by {@code mallopt}, comes too late: threads
 * that have an arena of their own keep it, and large results of an arena come from {@code mmap} whatever was asked.
 */
public enum NativeMemory {
    /**
     * As it is. Large results come from {@code mmap} and go back to the system in each call, so that writing them costs a
     * page fault every 4 KiB.
     */
    FRESH,
    /** Memory that was freed is kept and given out again, with its pages. */
    REUSED;

    private static final Map<String, String> REUSE =
            Map.of("MALLOC_ARENA_MAX", "1", "MALLOC_MMAP_MAX_", "0", "MALLOC_TRIM_THRESHOLD_", "1000000000000");

    /**
     * What the environment of a process must hold.
     *
     * @return variables and their values
     */
    public Map<String, String> environment() {
        return this == REUSED ? REUSE : Map.of();
    }

    /**
     * What this process was started with.
     *
     * @return {@link #REUSED} if the environment says so
     */
    public static NativeMemory current() {
        return System.getenv().entrySet().containsAll(REUSE.entrySet()) ? REUSED : FRESH;
    }
}
