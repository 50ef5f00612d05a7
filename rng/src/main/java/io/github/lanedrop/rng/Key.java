package io.github.lanedrop.rng;

import java.nio.charset.StandardCharsets;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Addresses one independent mask tensor: a 64-bit seed and a 63-bit stream, the Philox key and the high half of its
 * counter.
 *
 * <p>A model has one seed. Every stochastic site, training step and Monte-Carlo pass gets a stream of its own:
 *
 * <pre>
 * stream = site * 2^47 + step * 2^16 + pass      site &lt; 2^16, step &lt; 2^31, pass &lt; 2^16
 * </pre>
 *
 * <p>The packing is collision free by construction: two keys of one seed are equal only if site, step and pass are.
 * {@link #named(String)} hashes a name into the seed instead, for sites that have names rather than numbers; over
 * {@code n} names of one seed the odds of any collision are about {@code n^2 / 2^65}, 3e-6 for ten million.
 *
 * <p>Immutable; its whole state is the two longs, so saving a key is writing {@link #seed()} and {@link #stream()} and
 * restoring it is calling the constructor.
 *
 * @param seed the Philox key, any 64 bits
 * @param stream the stream, 0 to 2^63 - 1
 */
public record Key(long seed, long stream) {
    /** Sites that a seed has: site numbers run from 0 to this, exclusive. */
    public static final int SITES = 1 << 16;
    /** Steps that a site has: step numbers run from 0 to this, exclusive. */
    public static final long STEPS = 1L << 31;
    /** Monte-Carlo passes that a step has: pass numbers run from 0 to this, exclusive. */
    public static final int PASSES = 1 << 16;

    private static final int STEP_SHIFT = 16;
    private static final int SITE_SHIFT = 47;

    /**
     * Restores a key from its two longs.
     *
     * @throws IllegalArgumentException if the stream is negative
     */
    public Key {
        if (stream < 0) {
            throw new IllegalArgumentException("stream must be in [0, 2^63), got " + stream);
        }
    }

    /**
     * The key of a seed with site, step and pass 0.
     *
     * @param seed any 64 bits
     * @return the key
     */
    public static Key of(long seed) {
        return new Key(seed, 0);
    }

    /**
     * A key with a fresh seed from Commons RNG, for runs that need not be repeated. Write down {@link #seed()} if they
     * may.
     *
     * @return the key
     */
    public static Key random() {
        return of(RandomSource.createLong());
    }

    /**
     * This key at another site.
     *
     * @param site the site's number, 0 to 65,535
     * @return the key with the same seed, step and pass
     * @throws IllegalArgumentException if the site is out of range
     */
    public Key site(int site) {
        return with("site", site, SITES, SITE_SHIFT);
    }

    /**
     * This key at another training step.
     *
     * @param step the step's number, 0 to 2^31 - 1
     * @return the key with the same seed, site and pass
     * @throws IllegalArgumentException if the step is out of range
     */
    public Key step(long step) {
        return with("step", step, STEPS, STEP_SHIFT);
    }

    /**
     * This key at another Monte-Carlo pass.
     *
     * @param pass the pass's number, 0 to 65,535
     * @return the key with the same seed, site and step
     * @throws IllegalArgumentException if the pass is out of range
     */
    public Key pass(int pass) {
        return with("pass", pass, PASSES, 0);
    }

    /**
     * This key under another name: the name is hashed into the seed by chaining Philox blocks over its UTF-8 bytes and
     * their count, the stream stays. Names nest: {@code key.named("encoder").named("attention")}.
     *
     * @param name a stable name, for example a layer's path; not empty, surrogates in pairs
     * @return the key with another seed and the same stream
     * @throws IllegalArgumentException if the name is empty or has a surrogate without its other half, which UTF-8 cannot
     *     tell from a question mark
     */
    public Key named(String name) {
        name.codePoints()
                .filter(codePoint -> Character.getType(codePoint) == Character.SURROGATE)
                .findFirst()
                .ifPresent(surrogate -> {
                    throw new IllegalArgumentException(
                            String.format("name must have its surrogates in pairs, got a lone U+%04X", surrogate));
                });
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("name must not be empty, got \"\"");
        }
        // c3 = ~0 lies in the refinement half, which no mask's main stream touches
        long domain = 0xFFFFFFFF_00000000L | bytes.length;
        long hash = seed;
        byte[] block = new byte[Philox4x32.BLOCK_BYTES];
        for (int at = 0; at < bytes.length; at += Long.BYTES) {
            long chunk = 0;
            for (int i = 0; i < Long.BYTES && at + i < bytes.length; i++) {
                chunk |= (bytes[at + i] & 0xFFL) << (8 * i);
            }
            Philox4x32.fill(hash, domain, chunk, Philox4x32.ROUNDS, block, 0, 1);
            hash = Words.getLong(block, 0);
        }
        return new Key(hash, stream);
    }

    private Key with(String field, long value, long limit, int shift) {
        if (value < 0 || value >= limit) {
            throw new IllegalArgumentException(field + " must be in [0, " + limit + "), got " + value);
        }
        long mask = (limit - 1) << shift;
        return new Key(seed, (stream & ~mask) | (value << shift));
    }
}
