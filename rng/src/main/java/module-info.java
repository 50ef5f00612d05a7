/**
 * Philox4x32-10, scalar and SIMD, the keys that address its streams, and a Commons RNG provider on top.
 */
@SuppressWarnings("module") // the qualified export names a module that is compiled after this one
module io.github.lanedrop.rng {
    requires transitive org.apache.commons.rng.api;
    requires transitive org.apache.commons.rng.core;
    requires org.apache.commons.rng.simple;
    requires jdk.incubator.vector;

    exports io.github.lanedrop.rng;
    exports io.github.lanedrop.rng.simd to
            io.github.lanedrop.kernels;
}
