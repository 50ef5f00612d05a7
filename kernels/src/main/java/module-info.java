/** Dropout kernels and matrix products over memory segments, SIMD with a scalar twin. */
module io.github.lanedrop.kernels {
    requires transitive io.github.lanedrop.rng;
    requires jdk.incubator.vector;

    exports io.github.lanedrop.kernels;
}
