package io.github.lanedrop.bench.start;

import io.github.lanedrop.bench.doctor.Folders;
import java.util.List;

/**
 * The cold starts of a run: what {@value #FILE} says.
 *
 * @param variants ways to start, in the order in which they were measured
 */
public record Starts(List<Variant> variants) {
    /** The file's name in a folder of results. */
    public static final String FILE = "start.json";

    /** Keeps what it is given. */
    public Starts {
        variants = List.copyOf(variants);
    }

    /**
     * What one way to start gave.
     *
     * @param name of the way
     * @param jvm options of the JVM
     * @param warmUp whether it called {@code Kernels.warmUp()} before the first call
     * @param elements of each call
     * @param runs one for each JVM
     */
    public record Variant(String name, List<String> jvm, boolean warmUp, long elements, List<Start> runs) {
        /** Keeps what it is given, but for the names of folders. */
        public Variant {
            jvm = jvm.stream()
                    .filter(option -> !Folders.isPrivate(option))
                    .map(Folders::hide)
                    .toList();
            runs = List.copyOf(runs);
        }
    }
}
