package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Which tokens of each sample go on, and their rows moved together: the rest of the network works on fewer tokens.
 *
 * <pre>
 * L        = tokens - prefix                            the prefix, a class token for example, always goes on
 * k        = max(1, floor(L * (1 - rate)))              for every sample alike; 0 where L is
 * kept     = prefix, and the k tokens t with the greatest (word sample * L + t of the key's word stream, t), unsigned
 * gather:  dst[sample, j] = src[sample, kept[sample, j]]
 * scatter: src gradient[sample, kept[sample, j]] = dst gradient[sample, j], and +0 for the rest
 * </pre>
 *
 * <p>{@code 1 - rate} counts as a decimal number of up to 15 digits: a rate of .9 leaves 10 of 100 tokens, as on paper.
 * Kept tokens stay in order. Every set of {@code k} tokens is as likely as any other, but for ties of words, which one in
 * {@code 2^32 / L} samples has. Nothing is scaled. Immutable, with an int for each kept token; safe for use by any number of
 * threads.
 *
 * <p>Tensors are {@code [samples, tokens, rowBytes]}, of any data type; source and destination must be disjoint. Gathering
 * and scattering allocate nothing once warm where there is one task; errors are as those of {@link DropoutKernel}.
 *
 * <p>Source: Y. Liu et al., "PatchDropout: Economizing Vision Transformers Using Patch Dropout", WACV 2023.
 */
public final class KeptTokens {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final MathContext DECIMALS = new MathContext(15); // as many as a double has whatever its value

    private final int samples;
    private final int tokens;
    private final int prefix;
    private final int kept;
    private final int[] indices;

    private KeptTokens(int samples, int tokens, int prefix, int kept, int[] indices) {
        this.samples = samples;
        this.tokens = tokens;
        this.prefix = prefix;
        this.kept = kept;
        this.indices = indices;
    }

    /**
     * Draws the tokens of a batch.
     *
     * @param rate the share of tokens to drop
     * @param key the address of this choice
     * @param samples of the batch, 0 or more
     * @param tokens of a sample, the prefix included
     * @param prefix the first tokens of a sample, which always go on
     * @return the choice
     * @throws IllegalArgumentException if a number is negative, {@code prefix} greater than {@code tokens}, or there are more
     *     than 2^31 - 1 tokens in all
     */
    public static KeptTokens draw(Rate rate, Key key, int samples, int tokens, int prefix) {
        Objects.requireNonNull(rate, "rate");
        if (samples < 0 || tokens < 0 || prefix < 0 || prefix > tokens) {
            throw new IllegalArgumentException("samples must be 0 or more, and prefix in [0, tokens], got " + samples
                    + " samples, " + tokens + " tokens, prefix " + prefix);
        }
        if ((long) samples * tokens > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "samples times tokens must be at most 2^31 - 1, got " + samples + " times " + tokens);
        }
        int choice = tokens - prefix;
        int chosen = choice == 0 ? 0 : Math.max(1, chosen(rate, choice));
        int kept = prefix + chosen;
        int[] indices = new int[samples * kept];
        long[] ranked = new long[samples == 0 ? 0 : choice];
        NoiseScratch scratch = NoiseScratch.POOL.borrow();
        for (int sample = 0; sample < samples; sample++) {
            rank(key, (long) sample * choice, ranked, scratch.words);
            int at = sample * kept;
            for (int token = 0; token < prefix; token++) {
                indices[at + token] = token;
            }
            for (int j = 0; j < chosen; j++) {
                indices[at + prefix + j] = prefix + (int) ranked[choice - chosen + j];
            }
            Arrays.sort(indices, at, at + kept);
        }
        NoiseScratch.POOL.giveBack(scratch);
        return new KeptTokens(samples, tokens, prefix, kept, indices);
    }

    /** In decimal: 1 - .9 in binary is less than .1, which would keep 9 of 100. */
    private static int chosen(Rate rate, int choice) {
        BigDecimal share = BigDecimal.ONE.subtract(BigDecimal.valueOf(rate.nominal()), DECIMALS);
        return share.multiply(BigDecimal.valueOf(choice)).intValue();
    }

    /** A sample's tokens, each below its word, in the order of the words. */
    private static void rank(Key key, long first, long[] ranked, byte[] words) {
        int count;
        for (int token = 0; token < ranked.length; token += count) {
            int skipped = Noise.skipped(first + token);
            count = Math.min(NoiseScratch.CHUNK - skipped, ranked.length - token);
            Noise.words(key.seed(), key.stream(), first + token, count, words);
            for (int k = 0; k < count; k++) {
                int word = (int) INT.get(words, (skipped + k) * Integer.BYTES);
                ranked[token + k] = ((long) (word ^ Integer.MIN_VALUE) << 32) | (token + k); // sorts as if unsigned
            }
        }
        Arrays.sort(ranked);
    }

    /**
     * How many tokens of each sample go on.
     *
     * @return the prefix and {@code k} others
     */
    public int kept() {
        return kept;
    }

    /**
     * The place that a kept token had.
     *
     * @param sample the sample's number, from 0
     * @param j the number of the kept token, from 0 to {@link #kept()}, exclusive
     * @return its index among the sample's tokens, ascending in {@code j}
     * @throws IndexOutOfBoundsException if there is no such sample or token
     */
    public int index(int sample, int j) {
        Objects.checkIndex(sample, samples);
        return indices[sample * kept + Objects.checkIndex(j, kept)];
    }

    /**
     * The forward pass: kept rows, moved together.
     *
     * @param src {@code [samples, tokens]} rows
     * @param dst receives {@code [samples, kept]} rows
     * @param rowBytes bytes of a row
     * @param workers who does it
     */
    public void gather(MemorySegment src, MemorySegment dst, long rowBytes, Workers workers) {
        check("src", src, "dst", dst, rowBytes, workers, true);
        if (workers.tasks() == 1) { // a lambda may be allocated
            gather(src, dst, rowBytes, 0, indices.length);
        } else {
            workers.split(indices.length, 1, (start, end) -> gather(src, dst, rowBytes, start, end));
        }
    }

    /**
     * The backward pass: rows of the gradient back to where the kept ones were, and +0 to the others.
     *
     * @param dstGradient {@code [samples, kept]} rows
     * @param srcGradient receives {@code [samples, tokens]} rows
     * @param rowBytes bytes of a row
     * @param workers who does it
     */
    public void scatter(MemorySegment dstGradient, MemorySegment srcGradient, long rowBytes, Workers workers) {
        check("srcGradient", srcGradient, "dstGradient", dstGradient, rowBytes, workers, false);
        if (workers.tasks() == 1) { // a lambda may be allocated
            scatter(dstGradient, srcGradient, rowBytes, 0, samples);
        } else {
            workers.split(samples, 1, (start, end) -> scatter(dstGradient, srcGradient, rowBytes, start, end));
        }
    }

    private void check(
            String allName,
            MemorySegment all,
            String fewName,
            MemorySegment few,
            long rowBytes,
            Workers workers,
            boolean writesFew) {
        long rows = (long) samples * tokens;
        if (rowBytes < 0 || (rows > 0 && rowBytes > Long.MAX_VALUE / rows)) {
            throw new IllegalArgumentException("rowBytes must be in [0, 2^63 / rows), got " + rowBytes);
        }
        long allBytes = rows * rowBytes;
        long fewBytes = indices.length * rowBytes;
        if (writesFew) {
            Check.readable(allName, all, allBytes, rows, "rows");
            Check.writable(fewName, few, fewBytes, indices.length, "rows");
        } else {
            Check.writable(allName, all, allBytes, rows, "rows");
            Check.readable(fewName, few, fewBytes, indices.length, "rows");
        }
        Check.sharedWith(workers, allName, all);
        Check.sharedWith(workers, fewName, few);
        Check.disjoint(allName, all, allBytes, fewName, few, fewBytes);
    }

    private void gather(MemorySegment src, MemorySegment dst, long rowBytes, long start, long end) {
        for (int row = (int) start; row < end; row++) {
            long from = (long) (row / kept) * tokens + indices[row];
            MemorySegment.copy(src, from * rowBytes, dst, row * rowBytes, rowBytes);
        }
    }

    private void scatter(MemorySegment few, MemorySegment all, long rowBytes, long start, long end) {
        for (int sample = (int) start; sample < end; sample++) {
            int next = sample * kept;
            int stop = next + kept;
            for (int token = 0; token < tokens; token++) {
                long at = ((long) sample * tokens + token) * rowBytes;
                if (next < stop && indices[next] == token) {
                    MemorySegment.copy(few, next * rowBytes, all, at, rowBytes);
                    next++;
                } else {
                    Storage.zero(all, at, at + rowBytes);
                }
            }
        }
    }

    @Override
    public String toString() {
        return kept + " of " + tokens + " tokens, " + prefix + " of them always, of " + samples + " samples";
    }
}
