/**
 * Rows of a softmax with dropout, and tiles of matrix products, in arrays: what attention is made of.
 *
 * <p>Each pair is a definition, {@code Scalar...}, and the same bits a vector at a time, {@code Vector...}. The entries of
 * {@link io.github.lanedrop.kernels} check, load, draw masks and choose the live path.
 *
 * <p>A method with an exponential in it is longer than C2 inlines (325 bytes of bytecode), on purpose: within a loop that
 * does more, the exponential alone would exceed what C2 builds before it stops inlining, and every vector that then
 * crosses a call is boxed, ten times slower.
 */
package io.github.lanedrop.kernels.attention;
