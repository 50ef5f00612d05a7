/**
 * Philox4x32-10 and the keys that address its streams.
 *
 * <p>{@link io.github.lanedrop.rng.Philox4x32} is the scalar definition, {@link io.github.lanedrop.rng.ByteStream} the
 * same bytes at SIMD speed, {@link io.github.lanedrop.rng.Key} the address of one mask tensor, {@link
 * io.github.lanedrop.rng.PhiloxProvider} the same stream as a Commons RNG generator for everything else.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li>The SIMD twin writes blocks in natural byte order, so that nobody above needs to know how lanes hold counters.
 *       It costs two permutes and two blends for 16 counters' worth of words.
 *   <li>{@code (seed, stream)} is the whole state of a mask; the step and the pass are inside the stream. There is no
 *       generator object with a position in the dropout kernels, hence nothing that order or threads could change.
 *   <li>The provider's bulk fills convert words in plain loops over a byte array, without vector code to maintain.
 *       Alone, C2 vectorises such a loop (0.04 to 0.07 ns a word with AVX-512); inside the fills a word cost about half
 *       a nanosecond more than {@code nextBytes} on a busy machine. Revisit when a fill becomes somebody's bottleneck.
 * </ul>
 */
package io.github.lanedrop.rng;
