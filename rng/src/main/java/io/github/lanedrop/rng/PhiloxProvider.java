package io.github.lanedrop.rng;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.rng.ArbitrarilyJumpableUniformRandomProvider;
import org.apache.commons.rng.JumpableUniformRandomProvider;
import org.apache.commons.rng.LongJumpableUniformRandomProvider;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.core.source32.IntProvider;
import org.apache.commons.rng.core.util.NumberFactory;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Philox4x32-10 as a Commons RNG generator that makes its words at SIMD speed.
 *
 * <pre>
 * word n = word (n mod 4) of the block whose 128-bit counter is first + floor(n / 4)      mod 2^128, n mod 2^130
 * </pre>
 *
 * <p>It emits exactly what {@link RandomSource#PHILOX_4X32} emits from the same seed, through every method, so it can
 * replace that generator anywhere: samplers, shuffles, streams. {@code fill} adds bulk forms, each equal to as many
 * single calls and leaving the same state.
 *
 * <p><b>Jumps</b> cost the same whatever their length. As everywhere in Commons RNG, they return a copy at
 * the old position and move this generator.
 *
 * <p><b>State.</b> Counter, position and key: a saved state is 36 bytes and can be restored at any position.
 *
 * <p><b>Thread safety.</b> None: one generator per thread. Take more from {@link #jumps()}, {@link #longJumps()} or
 * {@link #jumps(double)} on one thread, or make one per {@link Key}.
 *
 * <p><b>Determinism.</b> The stream depends on the seed alone, never on the CPU, the vector width or the live path.
 */
public final class PhiloxProvider extends IntProvider
        implements LongJumpableUniformRandomProvider, ArbitrarilyJumpableUniformRandomProvider {
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong PAIR = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SEED_INTS = 6;
    /** Enough to run the SIMD path at full speed, small beside an L1 cache. */
    private static final int BUFFER_BYTES = 4096;

    private static final int BUFFER_BLOCKS = BUFFER_BYTES / Philox4x32.BLOCK_BYTES;
    private static final int STATE_BYTES = 4 * Long.BYTES;
    private static final int PERIOD_LOG2 = 130;
    private static final double PERIOD = 0x1p130;
    private static final BigInteger WORDS_OF_JUMP = BigInteger.TWO.pow(66);
    private static final BigInteger WORDS_OF_LONG_JUMP = BigInteger.TWO.pow(98);

    private final byte[] buffer = new byte[BUFFER_BYTES];
    /** Words and pairs of them out of the buffer, in arrays that C2 vectorises loops over; made at the first fill. */
    private int[] words = {};

    private long[] pairs = {};
    private long key;
    /** The 128-bit counter of the buffer's first block. */
    private long counterHigh;

    private long counterLow;
    /**
     * The index in {@code buffer} of the next word. At or above {@code BUFFER_BYTES} the buffer holds nothing of use and
     * the next word lies in the blocks that follow.
     */
    private int position;

    /**
     * The generator that {@link RandomSource#PHILOX_4X32} creates from the same seed.
     *
     * <p>As there, the first block is that of the seed's counter plus 1.
     *
     * @param seed {@code {k0, k1, c0, c1, c2, c3}}, the key and the counter, low words first; missing ints count as 0,
     *     further ones are ignored
     */
    public PhiloxProvider(int[] seed) {
        key = pair(seed, 0);
        moveTo(pair(seed, 4), pair(seed, 2), Philox4x32.BLOCK_BYTES);
    }

    private PhiloxProvider(long key, long counterHigh, long counterLow) {
        this.key = key;
        moveTo(counterHigh, counterLow, 0);
    }

    private PhiloxProvider(PhiloxProvider source) {
        super(source);
        key = source.key;
        moveTo(source.counterHigh, source.counterLow, source.position);
    }

    /**
     * A generator with a fresh seed from Commons RNG, for runs that need not be repeated.
     *
     * @return the generator
     */
    public static PhiloxProvider create() {
        return new PhiloxProvider(RandomSource.createIntArray(SEED_INTS));
    }

    /**
     * The word stream of a key, from word 0: the words that masks and noises of that key are drawn from.
     *
     * @param key the address of the stream
     * @return the generator
     */
    public static PhiloxProvider of(Key key) {
        return new PhiloxProvider(key.seed(), key.stream(), 0);
    }

    private static long pair(int[] seed, int at) {
        long low = at < seed.length ? seed[at] & 0xFFFFFFFFL : 0;
        long high = at + 1 < seed.length ? seed[at + 1] : 0;
        return low | (high << 32);
    }

    /** Makes the byte {@code bytes} after the start of a block the next one. */
    private void moveTo(long high, long low, int bytes) {
        counterHigh = high;
        counterLow = low;
        advance(0, bytes / Philox4x32.BLOCK_BYTES);
        advance(-1, -BUFFER_BLOCKS);
        position = BUFFER_BYTES + bytes % Philox4x32.BLOCK_BYTES;
    }

    /** Adds to the 128-bit counter. */
    private void advance(long high, long low) {
        counterLow += low;
        counterHigh += high + (Long.compareUnsigned(counterLow, low) < 0 ? 1 : 0);
    }

    private void refill() {
        advance(0, BUFFER_BLOCKS);
        position -= BUFFER_BYTES;
        // the byte stream does not carry into the high half
        long toWrap = -counterLow;
        int first = toWrap > 0 && toWrap < BUFFER_BLOCKS ? (int) toWrap : BUFFER_BLOCKS;
        ByteStream.fill(key, counterHigh, counterLow, buffer, 0, first);
        ByteStream.fill(key, counterHigh + 1, 0, buffer, first * Philox4x32.BLOCK_BYTES, BUFFER_BLOCKS - first);
    }

    @Override
    public int next() {
        if (position >= BUFFER_BYTES) {
            refill();
        }
        int word = Words.getInt(buffer, position);
        position += Integer.BYTES;
        return word;
    }

    /** Refills an empty buffer and returns how many whole items of {@code bytes} bytes it holds, at most {@code items}. */
    private int ready(long items, int bytes) {
        if (position >= BUFFER_BYTES) {
            refill();
        }
        return (int) Math.min(items, (BUFFER_BYTES - position) / bytes);
    }

    /**
     * Fills an array as {@link #nextInt()} would, element by element.
     *
     * @param dst receives the words
     */
    public void fill(int[] dst) {
        fill(dst, 0, dst.length);
    }

    /**
     * Fills a part of an array as {@link #nextInt()} would, element by element.
     *
     * @param dst receives the words
     * @param offset index of the first element written
     * @param elements how many, 0 or more
     * @throws IndexOutOfBoundsException if the part is not inside the array; nothing is drawn then
     */
    public void fill(int[] dst, int offset, int elements) {
        Objects.checkFromIndexSize(offset, elements, dst.length);
        for (int done = 0; done < elements; ) {
            int items = ready(elements - done, Integer.BYTES);
            MemorySegment.copy(MemorySegment.ofArray(buffer), WORD, position, dst, offset + done, items);
            position += Integer.BYTES * items;
            done += items;
        }
    }

    /**
     * Fills an array as {@link #nextFloat()} would, element by element: uniform in [0, 1).
     *
     * @param dst receives the floats
     */
    public void fill(float[] dst) {
        fill(dst, 0, dst.length);
    }

    /**
     * Fills a part of an array as {@link #nextFloat()} would, element by element: uniform in [0, 1).
     *
     * @param dst receives the floats
     * @param offset index of the first element written
     * @param elements how many, 0 or more
     * @throws IndexOutOfBoundsException if the part is not inside the array; nothing is drawn then
     */
    public void fill(float[] dst, int offset, int elements) {
        Objects.checkFromIndexSize(offset, elements, dst.length);
        for (int done = 0; done < elements; ) {
            int items = ready(elements - done, Integer.BYTES);
            toFloats(words(items), dst, offset + done, items);
            position += Integer.BYTES * items;
            done += items;
        }
    }

    /**
     * Fills an array as {@link #nextLong()} would, element by element.
     *
     * @param dst receives the longs
     */
    public void fill(long[] dst) {
        fill(dst, 0, dst.length);
    }

    /**
     * Fills a part of an array as {@link #nextLong()} would, element by element.
     *
     * @param dst receives the longs
     * @param offset index of the first element written
     * @param elements how many, 0 or more
     * @throws IndexOutOfBoundsException if the part is not inside the array; nothing is drawn then
     */
    public void fill(long[] dst, int offset, int elements) {
        Objects.checkFromIndexSize(offset, elements, dst.length);
        for (int done = 0; done < elements; ) {
            int items = ready(elements - done, Long.BYTES);
            MemorySegment.copy(MemorySegment.ofArray(buffer), PAIR, position, dst, offset + done, items);
            highFirst(dst, offset + done, offset + done + items);
            position += Long.BYTES * items;
            done += items;
            if (items == 0) { // the two words lie on both sides of the buffer's end
                dst[offset + done] = nextLong();
                done++;
            }
        }
    }

    /**
     * Fills an array as {@link #nextDouble()} would, element by element: uniform in [0, 1).
     *
     * @param dst receives the doubles
     */
    public void fill(double[] dst) {
        fill(dst, 0, dst.length);
    }

    /**
     * Fills a part of an array as {@link #nextDouble()} would, element by element: uniform in [0, 1).
     *
     * @param dst receives the doubles
     * @param offset index of the first element written
     * @param elements how many, 0 or more
     * @throws IndexOutOfBoundsException if the part is not inside the array; nothing is drawn then
     */
    public void fill(double[] dst, int offset, int elements) {
        Objects.checkFromIndexSize(offset, elements, dst.length);
        for (int done = 0; done < elements; ) {
            int items = ready(elements - done, Long.BYTES);
            toDoubles(pairs(items), dst, offset + done, items);
            position += Long.BYTES * items;
            done += items;
            if (items == 0) {
                dst[offset + done] = nextDouble();
                done++;
            }
        }
    }

    private int[] words(int items) {
        if (words.length == 0) {
            words = new int[BUFFER_BYTES / Integer.BYTES];
        }
        MemorySegment.copy(MemorySegment.ofArray(buffer), WORD, position, words, 0, items);
        return words;
    }

    private long[] pairs(int items) {
        if (pairs.length == 0) {
            pairs = new long[BUFFER_BYTES / Long.BYTES];
        }
        MemorySegment.copy(MemorySegment.ofArray(buffer), PAIR, position, pairs, 0, items);
        return pairs;
    }

    private static void toFloats(int[] words, float[] dst, int offset, int elements) {
        for (int i = 0; i < elements; i++) {
            dst[offset + i] = (words[i] >>> 8) * 0x1p-24f;
        }
    }

    /** Commons RNG takes the high half first. */
    private static void highFirst(long[] pairs, int start, int end) {
        for (int i = start; i < end; i++) {
            pairs[i] = Long.rotateLeft(pairs[i], 32);
        }
    }

    /** 26 bits of the first word above 27 of the second. */
    private static void toDoubles(long[] pairs, double[] dst, int offset, int elements) {
        for (int i = 0; i < elements; i++) {
            long bits = (((pairs[i] & 0xFFFFFFFFL) >>> 6) << 27) | (pairs[i] >>> 37);
            dst[offset + i] = bits * 0x1p-53;
        }
    }

    /**
     * Fills memory with bytes as {@link #nextBytes(byte[])} would: whole words, little endian; bytes of the last word
     * that do not fit are discarded.
     *
     * @param dst receives the bytes: heap, native or mapped, of any alignment
     * @throws IllegalArgumentException if {@code dst} is read-only; nothing is drawn then
     * @throws IllegalStateException if its arena is closed; nothing is drawn then
     * @throws WrongThreadException if it belongs to another thread; nothing is drawn then
     */
    public void fill(MemorySegment dst) {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("dst must be writable, got a read-only segment");
        }
        fill(dst, 0, dst.byteSize());
    }

    private void fill(MemorySegment dst, long offset, long bytes) {
        for (long done = 0; done < bytes; ) {
            int items = ready(bytes - done, 1);
            // throws before the position moves if dst is closed, or another thread's
            MemorySegment.copy(buffer, position, dst, JAVA_BYTE, offset + done, items);
            position += (items + Integer.BYTES - 1) & -Integer.BYTES;
            done += items;
        }
    }

    @Override
    public void nextBytes(byte[] bytes) {
        nextBytes(bytes, 0, bytes.length);
    }

    @Override
    public void nextBytes(byte[] bytes, int start, int len) {
        Objects.checkFromIndexSize(start, len, bytes.length);
        fill(MemorySegment.ofArray(bytes), start, len);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The distance is 2^66 words, 2^64 blocks: there are 2^64 such subsequences.
     */
    @Override
    public UniformRandomProvider jump() {
        return copyAndJump(WORDS_OF_JUMP);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The distance is 2^98 words, 2^96 blocks: there are 2^32 such subsequences.
     */
    @Override
    public JumpableUniformRandomProvider longJump() {
        return copyAndJump(WORDS_OF_LONG_JUMP);
    }

    /**
     * {@inheritDoc}
     *
     * @param distance words to skip, in [0, 2^130); a fraction is cut off
     * @throws IllegalArgumentException if the distance is NaN or out of range
     */
    @Override
    public PhiloxProvider jump(double distance) {
        return copyAndJump(words(distance));
    }

    /**
     * {@inheritDoc}
     *
     * @param logDistance binary logarithm of the words to skip, less than 130; nothing is skipped where it is negative
     * @throws IllegalArgumentException if it is 130 or more
     */
    @Override
    public PhiloxProvider jumpPowerOfTwo(int logDistance) {
        if (logDistance >= PERIOD_LOG2) {
            throw new IllegalArgumentException("logDistance must be less than " + PERIOD_LOG2 + ", got " + logDistance);
        }
        return copyAndJump(logDistance < 0 ? BigInteger.ZERO : BigInteger.TWO.pow(logDistance));
    }

    /**
     * {@inheritDoc}
     *
     * @param distance words to skip each time, in [0, 2^130); a fraction is cut off
     * @throws IllegalArgumentException if the distance is NaN or out of range
     */
    @Override
    public Stream<ArbitrarilyJumpableUniformRandomProvider> jumps(double distance) {
        BigInteger words = words(distance);
        return Stream.<ArbitrarilyJumpableUniformRandomProvider>generate(() -> copyAndJump(words))
                .sequential();
    }

    private static BigInteger words(double distance) {
        if (!(distance >= 0 && distance < PERIOD)) {
            throw new IllegalArgumentException("distance must be in [0, 2^130), got " + distance);
        }
        return new BigDecimal(distance).toBigInteger();
    }

    private PhiloxProvider copyAndJump(BigInteger words) {
        PhiloxProvider copy = new PhiloxProvider(this);
        resetCachedState(); // the bits that nextBoolean has in store
        BigInteger blocks = words.shiftRight(2);
        advance(blocks.shiftRight(64).longValue(), blocks.longValue());
        moveTo(counterHigh, counterLow, position + Integer.BYTES * (words.intValue() & 3));
        return copy;
    }

    @Override
    protected byte[] getStateInternal() {
        // one position, one state, wherever the buffer begins
        long low = counterLow + position / Philox4x32.BLOCK_BYTES;
        long high = counterHigh + (Long.compareUnsigned(low, counterLow) < 0 ? 1 : 0);
        long[] state = {key, high, low, position % Philox4x32.BLOCK_BYTES};
        return composeStateInternal(NumberFactory.makeByteArray(state), super.getStateInternal());
    }

    @Override
    protected void setStateInternal(byte[] bytes) {
        byte[][] parts = splitStateInternal(bytes, STATE_BYTES);
        long[] state = NumberFactory.makeLongArray(parts[0]);
        long inBlock = state[3];
        if (inBlock < 0 || inBlock >= Philox4x32.BLOCK_BYTES || inBlock % Integer.BYTES != 0) {
            throw new IllegalStateException("position in the block must be 0, 4, 8 or 12 bytes, got " + inBlock);
        }
        super.setStateInternal(parts[1]);
        key = state[0];
        moveTo(state[1], state[2], (int) inBlock);
    }
}
