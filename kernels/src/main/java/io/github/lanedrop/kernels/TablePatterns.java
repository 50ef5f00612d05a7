package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;

/** Random bytes to patterns, looked up and decided one by one: the fast way without vectors. */
final class TablePatterns {
    private TablePatterns() {}

    /** As {@link ScalarPatterns#draw}, into {@code scratch.keepBits}. */
    static void draw(PatternTable table, Key key, long first, byte[] stream, int streamAt, Scratch scratch, int count) {
        byte[] keepBits = scratch.keepBits;
        int[] open = scratch.open;
        int found = look(table.entries, stream, streamAt, keepBits, open, count);
        for (int i = 0; i < found; i++) {
            int j = open[i];
            int column = stream[streamAt + 2 * j] & 0xFF;
            keepBits[j] = (byte) ScalarPatterns.refined(table, key, first + j, column);
        }
    }

    /** Leaves out the refinement, whose calls would take this loop's registers away; lists what it is needed for. */
    private static int look(short[] entries, byte[] stream, int streamAt, byte[] keepBits, int[] open, int count) {
        int found = 0;
        for (int j = 0; j < count; j++) {
            int column = stream[streamAt + 2 * j] & 0xFF;
            // the alias in the lowest byte, above it what the fraction leaves of the cut
            int left = (entries[column] & 0xFFFF) - ((stream[streamAt + 2 * j + 1] & 0xFF) << 8);
            // by bits: a branch on random ones would be guessed wrong half the time
            keepBits[j] = (byte) (column ^ ((column ^ left) & (left >> 31)));
            if (left >>> 8 == 0) {
                open[found++] = j;
            }
        }
        return found;
    }
}
