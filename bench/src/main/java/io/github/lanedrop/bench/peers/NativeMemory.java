package io.github.lanedrop.bench.peers;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * What a native peer's output costs beside its arithmetic: the C library's {@code malloc}, which many peers call for each
 * result, as it is or told to keep its memory.
 */
public enum NativeMemory {
    /**
     * As it is. Large results may come from {@code mmap} and go back to the system in each call, so that writing them
     * costs a page fault every 4 KiB.
     */
    FRESH {
        @Override
        public void apply() {}
    },
    /**
     * Memory that was freed is kept and given out again, with its pages: by {@code mallopt}, glibc asks the system for
     * memory with {@code mmap} no more, and gives none back.
     */
    REUSED {
        @Override
        public void apply() {
            set(M_MMAP_MAX, 0);
            set(M_TRIM_THRESHOLD, Integer.MAX_VALUE);
        }
    };

    // from malloc.h
    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_MMAP_MAX = -4;

    /**
     * Tells the C library, for the rest of this process. Call it before the first peer is prepared.
     *
     * @throws UnsupportedOperationException if the C library has no {@code mallopt}, as only glibc has
     */
    public abstract void apply();

    private static void set(int parameter, int value) {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> mallopt = linker.defaultLookup().find("mallopt");
        MethodHandle call = linker.downcallHandle(
                mallopt.orElseThrow(() -> new UnsupportedOperationException("this C library has no mallopt")),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int done;
        try {
            done = (int) call.invokeExact(parameter, value);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (done == 0) {
            throw new UnsupportedOperationException("mallopt refuses parameter " + parameter + " as " + value);
        }
    }
}
