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
 *   <li>The provider's bulk fills convert words in plain loops from one array to another, which C2 vectorises: there is no
 *       vector code to maintain. They cost 8 KB a generator that fills floats and doubles. On a Zen 4 at 512 bits, 4,096
 *       numbers a call, floats take 0.51 ns, longs 0.98 and doubles 1.02, where the words alone take 0.45 each; loops over
 *       the bytes took 0.65, 1.03 and 1.15. Revisit when a fill becomes somebody's bottleneck.
 * </ul>
 */
package io.github.lanedrop.rng;
