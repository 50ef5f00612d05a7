package io.github.lanedrop.rng;

import io.github.lanedrop.rng.simd.PhiloxVectors;
import io.github.lanedrop.rng.simd.Simd;
import io.github.lanedrop.rng.simd.Trust;
import java.util.Arrays;
import java.util.Objects;

/**
 * The byte stream of Philox4x32-10 at the speed of the live path, SIMD or scalar; the bytes are the same.
 *
 * <p>Byte {@code n} of the stream of {@code (key, counterHigh)} is {@code (w[(n / 4) mod 4] >>> 8 * (n mod 4)) & 0xFF}
 * of block {@code n / 16}. All methods are static, pure and safe for use by any number of threads. They write to {@code dst}
 * alone, and allocate nothing.
 *
 * <p>Source: J. K. Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC'11; the order of the bytes is that
 * of the mask specification, MaskStream version 1.
 */
public final class ByteStream {
    /** Whether the SIMD path is live: it may run, and its known-answer self-test passed. */
    public static final boolean VECTOR = Simd.ENABLED && Trust.passes("the generator", ByteStream::agrees);

    private ByteStream() {}

    /**
     * Writes blocks {@code counterLow, counterLow + 1, ...} of the byte stream.
     *
     * <p>The low 64 bits of the counter wrap without a carry into the high 64 bits.
     *
     * @param key the Philox key, {@link Key#seed()} for a mask
     * @param counterHigh the high half of the counter, {@link Key#stream()} for a mask
     * @param counterLow the low half of the first block's counter
     * @param dst receives {@code 16 * blocks} bytes
     * @param offset the index in {@code dst} of the first byte written
     * @param blocks how many blocks, 0 or more
     * @throws IndexOutOfBoundsException if {@code dst} is too short; nothing is written then
     */
    public static void fill(long key, long counterHigh, long counterLow, byte[] dst, int offset, int blocks) {
        if (blocks < 0 || blocks > Integer.MAX_VALUE / Philox4x32.BLOCK_BYTES) {
            throw new IndexOutOfBoundsException("blocks must be in [0, 2^27), got " + blocks);
        }
        Objects.checkFromIndexSize(offset, blocks * Philox4x32.BLOCK_BYTES, dst.length);
        int vectorBlocks = 0;
        if (VECTOR) {
            vectorBlocks = blocks - blocks % PhiloxVectors.GROUP_BLOCKS;
            PhiloxVectors.fill(key, counterHigh, counterLow, dst, offset, vectorBlocks);
        }
        Philox4x32.fill(
                key,
                counterHigh,
                counterLow + vectorBlocks,
                Philox4x32.ROUNDS,
                dst,
                offset + vectorBlocks * Philox4x32.BLOCK_BYTES,
                blocks - vectorBlocks);
    }

    /** Compares a few groups with the scalar definition, across a carry of the counter's low word. */
    private static boolean agrees() {
        int blocks = 5 * PhiloxVectors.GROUP_BLOCKS;
        byte[] expected = new byte[blocks * Philox4x32.BLOCK_BYTES];
        byte[] actual = new byte[expected.length];
        long key = 0x299F31D0A4093822L;
        long counterHigh = 0x0370734413198A2EL;
        long counterLow = 0x85A308D3FFFFFFFDL;
        Philox4x32.fill(key, counterHigh, counterLow, Philox4x32.ROUNDS, expected, 0, blocks);
        PhiloxVectors.fill(key, counterHigh, counterLow, actual, 0, blocks);
        return Arrays.equals(expected, actual);
    }
}
