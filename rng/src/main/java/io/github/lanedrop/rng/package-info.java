/**
 * Philox4x32-10 and the keys that address its streams.
 *
 * <p>{@link io.github.lanedrop.rng.Philox4x32} is the scalar definition, {@link io.github.lanedrop.rng.ByteStream} the
 * same bytes at SIMD speed, {@link io.github.lanedrop.rng.Key} the address of one mask tensor.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li>The SIMD twin writes blocks in natural byte order, so that nobody above needs to know how lanes hold counters.
 *       It costs two permutes and two blends for 16 counters' worth of words.
 *   <li>{@code (seed, stream)} is the whole state of a mask; the step and the pass are inside the stream. There is no
 *       generator object with a position in the dropout kernels, hence nothing that order or threads could change.
 * </ul>
 */
package io.github.lanedrop.rng;
