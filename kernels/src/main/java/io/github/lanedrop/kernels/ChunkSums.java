package io.github.lanedrop.kernels;

/**
 * The sum over all chunks of a call, first to last, whoever summed which: one task adds them up as it goes, several write
 * them down first, 8 bytes for each chunk.
 */
final class ChunkSums {
    /** For one task, which writes nothing down. */
    static final double[] NONE = {};

    private ChunkSums() {}

    /** Room for the sum of each chunk. */
    static double[] of(long elements) {
        long chunks = (elements + LearnedScratch.CHUNK - 1) / LearnedScratch.CHUNK;
        if (chunks > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "elements must be in [0, 2^41 - 8192] for several tasks, got " + elements);
        }
        return new double[(int) chunks];
    }

    /** Writes a chunk's sum down, or else adds it. */
    static double add(double total, double[] chunks, long firstElement, double sum) {
        if (chunks.length > 0) {
            chunks[(int) (firstElement / LearnedScratch.CHUNK)] = sum;
        }
        return total + sum;
    }

    static double total(double[] chunks) {
        double total = 0;
        for (double sum : chunks) {
            total += sum;
        }
        return total;
    }
}
