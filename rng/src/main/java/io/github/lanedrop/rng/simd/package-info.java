/**
 * Which path runs, how wide its vectors are, and the generator at the speed of that path. For Lanedrop's own modules; nothing
 * here is for users.
 *
 * <p>{@link io.github.lanedrop.rng.simd.Simd} decides, once, and loads without the vector module.
 * {@code Trust} asks a family of vector code for its self-test before it runs.
 * {@link io.github.lanedrop.rng.simd.Lanes} has the species of that width, the only ones that kernels use.
 * {@link io.github.lanedrop.rng.simd.PhiloxVectors} is the generator in vectors.
 * {@link io.github.lanedrop.rng.simd.PhiloxArrays} is what runs <em>without</em> them: the same bytes, in loops over arrays that
 * C2 vectorises by itself.
 */
package io.github.lanedrop.rng.simd;
