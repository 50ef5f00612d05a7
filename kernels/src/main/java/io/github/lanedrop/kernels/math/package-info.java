/**
 * Elementary functions of 32-bit floats by the project's own polynomials, so that a scalar, a lane of a vector of any width
 * and every machine give the same bits, which neither {@link java.lang.Math} nor the lanewise functions of the vector
 * module promise.
 *
 * <p>{@link io.github.lanedrop.kernels.math.ScalarMath} is the definition, {@link
 * io.github.lanedrop.kernels.math.VectorMath} its twin. Every operation is one IEEE 754 operation on floats, or on their
 * bits, in an order that both spell out; nothing is fused.
 */
package io.github.lanedrop.kernels.math;
