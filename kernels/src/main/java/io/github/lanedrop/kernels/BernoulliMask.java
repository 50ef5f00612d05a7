package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.util.Objects;

/**
 * Independent elements: element {@code i} is dropped with probability {@code rate}, decided by nothing but
 * {@code (key, rate, i)}.
 *
 * <p>The mask is MaskStream version 1: eight elements are one of 256 patterns, drawn from an alias table by 16 bits of
 * the Philox4x32-10 byte stream of {@code key}, exact to 2^-32. It takes a few bytes and is never stored. MASKSTREAM.md, at
 * the top of the sources, says it bit by bit.
 *
 * <p><b>Edges.</b> At rate 0 every element is kept, at rate 1 every one is dropped, and nothing is drawn; at rate 1/2
 * an element is a bit of the byte stream. Elements are numbered from 0 to 2^63 - 1. <b>Threads and determinism.</b>
 * Immutable, and a function of key, rate and index on every machine; two masks of one key and rate are the same mask,
 * so give each tensor a key of its own.
 *
 * <p>Source: A. J. Walker, "An Efficient Method for Generating Discrete Random Variables with General Distributions",
 * ACM TOMS 3 (1977), and M. D. Vose, IEEE TSE 17 (1991), for the alias table; J. K. Salmon et al., "Parallel Random
 * Numbers: As Easy as 1, 2, 3", SC'11, for Philox.
 *
 * @param rate the probability to drop
 * @param key the address of this mask
 */
public record BernoulliMask(Rate rate, Key key) implements MaskSource {
    /** Refuses null. */
    public BernoulliMask {
        Objects.requireNonNull(rate, "rate");
        Objects.requireNonNull(key, "key");
    }
}
