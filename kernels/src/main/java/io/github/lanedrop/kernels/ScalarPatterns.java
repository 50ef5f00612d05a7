package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;

/** Random bytes to patterns, one at a time: the definition. */
final class ScalarPatterns {
    /** Bit 31 of counter word c3: the refinement domain. */
    static final long REFINEMENT = 1L << 63;

    private ScalarPatterns() {}

    /**
     * Draws patterns {@code first, first + 1, ...}.
     *
     * @param stream column and fraction of each pattern, from index {@code streamAt}
     * @param keepBits receives a byte a pattern, from index 0
     */
    static void draw(PatternTable table, Key key, long first, byte[] stream, int streamAt, byte[] keepBits, int count) {
        for (int j = 0; j < count; j++) {
            int column = stream[streamAt + 2 * j] & 0xFF;
            int fraction = stream[streamAt + 2 * j + 1] & 0xFF;
            int cutHigh = table.cut[column] >>> 24;
            int pattern = fraction < cutHigh
                    ? column
                    : fraction > cutHigh ? table.alias[column] : refined(table, key, first + j, column);
            keepBits[j] = (byte) pattern;
        }
    }

    /** The pattern where the first eight bits of the fraction leave it open: 24 more decide. */
    static int refined(PatternTable table, Key key, long pattern, int column) {
        int fraction = Philox4x32.word0(key.seed(), key.stream() | REFINEMENT, pattern) >>> 8;
        return fraction < (table.cut[column] & 0xFFFFFF) ? column : table.alias[column] & 0xFF;
    }
}
