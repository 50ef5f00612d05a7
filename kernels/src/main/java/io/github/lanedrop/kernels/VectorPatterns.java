package io.github.lanedrop.kernels;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.HALF_BYTES;
import static io.github.lanedrop.rng.simd.Lanes.SHORTS;

import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.simd.PhiloxVectors;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Random bytes to patterns, in vectors. */
final class VectorPatterns {
    private static final int LANES = 64;
    private static final ByteVector COLUMNS = everySecond(0);
    private static final ByteVector FRACTIONS = everySecond(1);

    private VectorPatterns() {}

    private static ByteVector everySecond(int first) {
        byte[] index = new byte[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            index[lane] = (byte) (2 * lane + first);
        }
        return ByteVector.fromArray(BYTES, index, 0);
    }

    /** As {@link ScalarPatterns#draw}, but reads and writes whole vectors. */
    static void draw(PatternTable table, Key key, long first, byte[] stream, int streamAt, Scratch scratch, int count) {
        draw(Live.PERMUTES, table, key, first, stream, streamAt, scratch, count);
    }

    /** As {@link #draw}, one way or the other. */
    static void draw(
            boolean permutes,
            PatternTable table,
            Key key,
            long first,
            byte[] stream,
            int streamAt,
            Scratch scratch,
            int count) {
        look(permutes, table, stream, streamAt, scratch, count);
        refine(table, key, first, stream, streamAt, scratch, count);
    }

    /**
     * As {@link #draw} for rows of whole patterns with keys of their own, one row after another.
     *
     * @param row the row of the first pattern
     * @param first the first pattern, counted from that row's beginning
     */
    static void drawRows(
            RowKeyedMask mask, int row, long first, byte[] stream, int streamAt, Scratch scratch, int count) {
        PatternTable table = mask.rate().table();
        long rowPatterns = mask.rowElements() / Byte.SIZE;
        look(Live.PERMUTES, table, stream, streamAt, scratch, count);
        for (int j = 0; j < count; j += LANES) {
            for (long open = scratch.undecided[j / LANES]; open != 0; open &= open - 1) {
                int pattern = j + Long.numberOfTrailingZeros(open);
                Key key = mask.key(row + (int) ((first + pattern) / rowPatterns));
                int column = stream[streamAt + 2 * pattern] & 0xFF;
                scratch.keepBits[pattern] =
                        (byte) ScalarPatterns.refined(table, key, (first + pattern) % rowPatterns, column);
            }
        }
    }

    /** Patterns by their first 16 random bits, and which of them these leave undecided. */
    private static void look(
            boolean permutes, PatternTable table, byte[] stream, int streamAt, Scratch scratch, int count) {
        if (permutes) {
            permute(table.cutHigh, table.alias, stream, streamAt, scratch.keepBits, scratch.undecided, count);
        } else {
            collect(table.entries, stream, streamAt, scratch.shorts, count);
            compare(scratch.shorts, stream, streamAt, scratch.keepBits, scratch.undecided, count);
        }
    }

    /** The columns' entries, one by one. */
    private static void collect(short[] table, byte[] stream, int streamAt, short[] entries, int count) {
        for (int j = 0; j < count; j++) {
            entries[j] = table[stream[streamAt + 2 * j] & 0xFF];
        }
    }

    private static void compare(
            short[] entries, byte[] stream, int streamAt, byte[] keepBits, long[] undecided, int count) {
        for (int j = 0; j < count; j += LANES) {
            long open = 0;
            for (int lane = 0; lane < LANES; lane += SHORTS.length()) {
                ShortVector entry = ShortVector.fromArray(SHORTS, entries, j + lane);
                ShortVector drawn = (ShortVector) ByteVector.fromArray(BYTES, stream, streamAt + 2 * (j + lane))
                        .reinterpretShape(SHORTS, 0);
                ShortVector fraction = drawn.lanewise(VectorOperators.LSHR, 8);
                ShortVector cut = entry.lanewise(VectorOperators.LSHR, 8);
                // the lower bytes: the column of what was drawn, the alias of its entry
                ShortVector pattern = entry.blend(drawn, fraction.compare(VectorOperators.LT, cut));
                ((ByteVector) pattern.convertShape(VectorOperators.S2B, HALF_BYTES, 0)).intoArray(keepBits, j + lane);
                open |= fraction.compare(VectorOperators.EQ, cut).toLong() << lane;
            }
            undecided[j / LANES] = open & wanted(count - j);
        }
    }

    /** With the table in registers, by byte permutes over two of 512 bits. */
    private static void permute(
            byte[] cutHigh, byte[] alias, byte[] stream, int streamAt, byte[] keepBits, long[] undecided, int count) {
        ByteVector cut0 = ByteVector.fromArray(BYTES, cutHigh, 0);
        ByteVector cut1 = ByteVector.fromArray(BYTES, cutHigh, LANES);
        ByteVector cut2 = ByteVector.fromArray(BYTES, cutHigh, 2 * LANES);
        ByteVector cut3 = ByteVector.fromArray(BYTES, cutHigh, 3 * LANES);
        ByteVector alias0 = ByteVector.fromArray(BYTES, alias, 0);
        ByteVector alias1 = ByteVector.fromArray(BYTES, alias, LANES);
        ByteVector alias2 = ByteVector.fromArray(BYTES, alias, 2 * LANES);
        ByteVector alias3 = ByteVector.fromArray(BYTES, alias, 3 * LANES);
        for (int j = 0; j < count; j += LANES) {
            ByteVector low = ByteVector.fromArray(BYTES, stream, streamAt + 2 * j);
            ByteVector high = ByteVector.fromArray(BYTES, stream, streamAt + 2 * j + LANES);
            ByteVector column = COLUMNS.selectFrom(low, high);
            ByteVector fraction = FRACTIONS.selectFrom(low, high);
            VectorMask<Byte> upper = column.compare(VectorOperators.LT, (byte) 0);
            ByteVector cut = column.selectFrom(cut0, cut1).blend(column.selectFrom(cut2, cut3), upper);
            ByteVector other = column.selectFrom(alias0, alias1).blend(column.selectFrom(alias2, alias3), upper);
            other.blend(column, fraction.compare(VectorOperators.ULT, cut)).intoArray(keepBits, j);
            undecided[j / LANES] = fraction.compare(VectorOperators.EQ, cut).toLong() & wanted(count - j);
        }
    }

    /** A bit for each of the patterns that are left, at most 64; a shift takes the lowest six bits of its distance. */
    private static long wanted(int patterns) {
        return -1L >>> -Math.min(patterns, LANES);
    }

    /**
     * Decides what the first 16 bits of a pattern left open: about two patterns of a chunk. The first of each group of 64
     * are decided together, without a branch on random bits; the few that are left, in a fifth of the chunks, one by one.
     * That takes 47 ns a chunk; deciding all of them one by one took 77.
     */
    private static void refine(
            PatternTable table, Key key, long first, byte[] stream, int streamAt, Scratch scratch, int count) {
        long[] open = scratch.undecided;
        long[] patterns = scratch.openPatterns;
        int found = 0;
        long more = 0;
        for (int j = 0; j < count; j += LANES) {
            long group = open[j / LANES];
            patterns[found] = (long) j + Long.numberOfTrailingZeros(group);
            found += (int) ((group | -group) >>> 63); // 1 where any is open
            open[j / LANES] = group & (group - 1);
            more |= group & (group - 1);
        }
        PhiloxVectors.words0(
                key.seed(), key.stream() | ScalarPatterns.REFINEMENT, first, patterns, scratch.words, found);
        for (int i = 0; i < found; i++) {
            int pattern = (int) patterns[i];
            int column = stream[streamAt + 2 * pattern] & 0xFF;
            // all ones for the column's own pattern, 0 for its alias
            int own = (int) (((scratch.words[i] >>> 8) - (table.cut[column] & 0xFFFFFF)) >> 63);
            scratch.keepBits[pattern] = (byte) ((column & own) | (table.alias[column] & ~own));
        }
        if (more != 0) {
            refineOneByOne(table, key, first, stream, streamAt, scratch, count);
        }
    }

    private static void refineOneByOne(
            PatternTable table, Key key, long first, byte[] stream, int streamAt, Scratch scratch, int count) {
        for (int j = 0; j < count; j += LANES) {
            for (long open = scratch.undecided[j / LANES]; open != 0; open &= open - 1) {
                int pattern = j + Long.numberOfTrailingZeros(open);
                int column = stream[streamAt + 2 * pattern] & 0xFF;
                scratch.keepBits[pattern] = (byte) ScalarPatterns.refined(table, key, first + pattern, column);
            }
        }
    }
}
