package io.github.lanedrop.bench.peers.openblas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * Which of its kernels OpenBLAS takes. It reads the environment variable {@code OPENBLAS_CORETYPE} once, when it is loaded;
 * Java cannot change its own environment, the C library can.
 */
enum Kernels {
    /** Those that OpenBLAS chooses by the CPU, or the variable names. */
    CHOSEN {
        @Override
        void choose() {}
    },
    /** Those for AVX-512. */
    SKYLAKEX {
        @Override
        void choose() {
            setEnvironment("OPENBLAS_CORETYPE", "SKYLAKEX");
        }
    };

    private static Optional<Kernels> loaded = Optional.empty();

    abstract void choose();

    /**
     * Loads OpenBLAS, the first time.
     *
     * @return what it says of itself: version, options, kernels
     * @throws IllegalStateException if it is loaded already with other kernels
     */
    String load() {
        synchronized (Kernels.class) {
            if (loaded.isEmpty()) {
                choose();
                Loader.load(openblas_nolapack.class);
                loaded = Optional.of(this);
            } else if (loaded.get() != this) {
                throw new IllegalStateException("this JVM has loaded OpenBLAS with other kernels: " + loaded.get());
            }
        }
        return configuration();
    }

    @SuppressWarnings("restricted")
    private static void setEnvironment(String name, String value) {
        Linker linker = Linker.nativeLinker();
        MethodHandle setenv = linker.downcallHandle(
                linker.defaultLookup()
                        .find("setenv")
                        .orElseThrow(() -> new UnsupportedOperationException("this C library has no setenv")),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        int status;
        try (Arena arena = Arena.ofConfined()) {
            status = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (status != 0) {
            throw new IllegalStateException("the C library does not set " + name);
        }
    }

    /** For example {@code OpenBLAS 0.3.30 DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=256}. */
    @SuppressWarnings("restricted")
    private static String configuration() {
        MethodHandle config = Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.loaderLookup().findOrThrow("openblas_get_config"), FunctionDescriptor.of(ADDRESS));
        try {
            return ((MemorySegment) config.invokeExact())
                    .reinterpret(Long.MAX_VALUE)
                    .getString(0)
                    .strip();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
