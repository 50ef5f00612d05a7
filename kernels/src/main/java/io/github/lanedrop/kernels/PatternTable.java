package io.github.lanedrop.kernels;

import java.math.BigInteger;
import java.util.ArrayDeque;

/**
 * The alias table of a threshold: draws the keep bits of eight elements, one of 256 patterns, from 16 random bits and,
 * once in 256 times, 24 more.
 *
 * <p>Column {@code c} stands for the pattern {@code c} with a probability of {@code cut[c] / 2^32} and for
 * {@code alias[c]} otherwise. Source: A. J. Walker, "An Efficient Method for Generating Discrete Random Variables with
 * General Distributions", ACM TOMS 3 (1977); the order of the stacks is fixed by MASKSTREAM.md.
 */
final class PatternTable {
    private static final int COLUMNS = 256;
    private static final long ONE = 1L << 32;
    private static final PatternTable NONE = new PatternTable();

    /** Columns' cuts, 32 bits each. */
    final int[] cut = new int[COLUMNS];
    /** Columns' other patterns. */
    final byte[] alias = new byte[COLUMNS];
    /** The upper eight bits of {@link #cut}, for the first comparison. */
    final byte[] cutHigh = new byte[COLUMNS];
    /** Both in one load: {@link #alias} in bits 0 to 7, {@link #cutHigh} in bits 8 to 15. */
    final short[] entries = new short[COLUMNS];

    private PatternTable() {}

    static PatternTable of(long threshold) {
        boolean drawn = threshold > 0 && threshold < ONE && threshold != ONE / 2;
        return drawn ? new PatternTable(threshold) : NONE;
    }

    private PatternTable(long threshold) {
        long[] weight = weights(threshold);
        var small = new ArrayDeque<Integer>(COLUMNS);
        var large = new ArrayDeque<Integer>(COLUMNS);
        for (int column = 0; column < COLUMNS; column++) {
            alias[column] = (byte) column;
            (weight[column] < ONE ? small : large).push(column);
        }
        while (!small.isEmpty() && !large.isEmpty()) {
            int s = small.pop();
            int l = large.getFirst();
            cut[s] = (int) weight[s];
            alias[s] = (byte) l;
            weight[l] -= ONE - weight[s];
            if (weight[l] < ONE) {
                small.push(large.pop());
            }
        }
        for (int column = 0; column < COLUMNS; column++) {
            cutHigh[column] = (byte) (cut[column] >>> 24);
            entries[column] = (short) ((alias[column] & 0xFF) | (cutHigh[column] << 8));
        }
    }

    /** Weight of every pattern, {@code 2^40} times its probability, in integers. */
    private static long[] weights(long threshold) {
        BigInteger drop = BigInteger.valueOf(threshold);
        BigInteger keep = BigInteger.valueOf(ONE - threshold);
        long[] byKept = new long[9];
        for (int kept = 0; kept <= 8; kept++) {
            byKept[kept] =
                    keep.pow(kept).multiply(drop.pow(8 - kept)).shiftRight(216).longValueExact();
        }
        long[] weight = new long[COLUMNS];
        long sum = 0;
        for (int column = 0; column < COLUMNS; column++) {
            weight[column] = byKept[Integer.bitCount(column)];
            sum += weight[column];
        }
        weight[ONE - threshold >= threshold ? COLUMNS - 1 : 0] += (ONE << 8) - sum;
        return weight;
    }
}
