package io.github.lanedrop.rng.simd;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Vector code is trusted once it has given the bits of its scalar twin, when it is first needed. Where it gives others, or
 * throws, as it may on a JDK whose vector module has changed, its twin runs, and one warning says so.
 */
public final class Trust {
    private static final String LOGGER = "io.github.lanedrop";
    private static final AtomicBoolean BROKEN = new AtomicBoolean();

    private Trust() {}

    /**
     * Whether some vector code has passed its self-test.
     *
     * @param what whose self-test it is, for the warning
     * @param selfTest whether it gives the bits of its twin; may throw
     * @return false if it does not, or throws
     */
    public static boolean passes(Object what, BooleanSupplier selfTest) {
        return tested(what, () -> true, _ -> selfTest.getAsBoolean(), false);
    }

    /**
     * Makes some vector code, and tests it.
     *
     * @param <T> what it is called by
     * @param what what it is, for the warning
     * @param make makes it; may throw
     * @param selfTest whether it gives the bits of its twin; may throw
     * @param otherwise what to use where it does not
     * @return the vector code, or {@code otherwise}
     */
    public static <T> T tested(Object what, Supplier<T> make, Predicate<T> selfTest, T otherwise) {
        try {
            T vectors = make.get();
            if (selfTest.test(vectors)) {
                return vectors;
            }
            broken(what, "it gives other bits than its scalar twin");
        } catch (LinkageError | RuntimeException e) {
            broken(what, cause(e).toString());
            System.getLogger(LOGGER).log(System.Logger.Level.DEBUG, "where that was", e);
        }
        return otherwise;
    }

    /**
     * Whether any vector code of this process has failed its self-test so far.
     *
     * @return true if its twin runs instead
     */
    public static boolean isBroken() {
        return BROKEN.get();
    }

    private static void broken(Object what, String why) {
        BROKEN.set(true);
        System.getLogger(LOGGER)
                .log(
                        System.Logger.Level.WARNING,
                        "the SIMD code of " + what + " failed its self-test: " + why
                                + "; what runs instead is slower, and gives the same results. Please report this with your"
                                + " JDK's version and CPU");
    }

    /** An error in a static initialiser says nothing by itself. */
    private static Throwable cause(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null ? e : cause(cause);
    }
}
