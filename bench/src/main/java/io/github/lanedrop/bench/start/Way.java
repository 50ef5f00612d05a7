package io.github.lanedrop.bench.start;

import java.util.ArrayList;
import java.util.List;

/** A way to start a service. */
enum Way {
    /** As the README says. */
    PLAIN("plain", true, false, false),
    /** With {@code Kernels.warmUp()} before the first request. */
    WARM_UP("warm-up", true, true, false),
    /** With the JDK's ahead-of-time cache of classes and profiles. */
    AOT("aot", true, false, true),
    /** Both. */
    AOT_WARM_UP("aot-warm-up", true, true, true),
    /** Without the vector module, on the scalar path: what the module costs at the start, and what it gains after. */
    NO_MODULE("no-module", false, false, false);

    /** The cache's file, in the folder that the JVMs are started in. */
    static final String CACHE = "service.aot";

    private final String label;
    private final boolean module;
    private final boolean warmUp;
    private final boolean cached;

    Way(String label, boolean module, boolean warmUp, boolean cached) {
        this.label = label;
        this.module = module;
        this.warmUp = warmUp;
        this.cached = cached;
    }

    /** Its name in the results. */
    String label() {
        return label;
    }

    /** Whether it warms up. */
    boolean warmUp() {
        return warmUp;
    }

    /** Whether it needs the cache. */
    boolean cached() {
        return cached;
    }

    /** The options of its JVM. */
    List<String> options() {
        List<String> options = new ArrayList<>();
        if (module) {
            options.addAll(Jvm.VECTOR_MODULE);
        }
        if (cached) {
            options.add("-XX:AOTCache=" + CACHE);
        }
        return options;
    }

    /** The options of the JVM that makes the cache, which must have the module too. */
    static List<String> training() {
        List<String> options = new ArrayList<>(Jvm.VECTOR_MODULE);
        options.add("-XX:AOTCacheOutput=" + CACHE);
        return options;
    }
}
