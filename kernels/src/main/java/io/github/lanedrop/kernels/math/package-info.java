/**
 * Elementary functions of 32-bit floats, and random floats made of random words, by the project's own polynomials: a
 * scalar, a lane of a vector of any width and every machine give the same bits, which neither {@link java.lang.Math} nor
 * the lanewise functions of the vector module promise.
 *
 * <p>{@link io.github.lanedrop.kernels.math.ScalarMath} and {@link io.github.lanedrop.kernels.math.ScalarNoise} are the
 * definitions, {@link io.github.lanedrop.kernels.math.VectorMath} and {@link io.github.lanedrop.kernels.math.VectorNoise}
 * their twins. Every operation is one IEEE 754 operation on floats, fused multiplications and additions among them, or one
 * on their bits, in an order that both spell out; nothing is fused that they do not.
 *
 * <p>Vector functions are of arrays, except where one of a vector saves a pass in a method too long to be inlined.
 */
package io.github.lanedrop.kernels.math;
