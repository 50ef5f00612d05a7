/** Applies noise: {@code x * v} and {@code x + v} for values {@code v} in an array that stays in L1, scalar and SIMD. */
package io.github.lanedrop.kernels.noise;
