package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What attention and softmax dropout refuse, in which words, and that nothing was written by then. */
final class AttentionErrorsTest {
    private static final byte UNTOUCHED = 0x5A;
    private static final MaskSource MASK = new BernoulliMask(Rate.drop(.5), Key.of(1));
    private static final AttentionScores SCORES = AttentionScores.of(2, 3, 5);
    private static final AttentionShape SHAPE = new AttentionShape(SCORES, 4, 6);
    private static final Workers TWO = new Workers(Runnable::run, 2);

    private Arena arena;
    private MemorySegment scores;
    private MemorySegment probabilities;
    private MemorySegment gradient;
    private AttentionOperands operands;
    private MemorySegment output;
    private MemorySegment logSums;
    private MemorySegment outputGradient;
    private AttentionOperands gradients;

    @BeforeEach
    void allocate() {
        arena = Arena.ofConfined();
        scores = fresh(30);
        probabilities = fresh(30);
        gradient = fresh(30);
        operands = new AttentionOperands(fresh(24), fresh(40), fresh(60));
        output = fresh(36);
        logSums = fresh(6);
        outputGradient = fresh(36);
        gradients = new AttentionOperands(fresh(24), fresh(40), fresh(60));
    }

    @AfterEach
    void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private MemorySegment fresh(int floats) {
        return arena.allocate(4L * floats, 64).fill(UNTOUCHED);
    }

    private void assertRefused(String message, Runnable call) {
        assertRefused(IllegalArgumentException.class, message, call);
    }

    private void assertRefused(Class<? extends Throwable> type, String message, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(type).hasMessageContaining(message);
        if (arena.scope().isAlive()) {
            for (MemorySegment segment : new MemorySegment[] {
                scores,
                probabilities,
                gradient,
                output,
                logSums,
                gradients.queries(),
                gradients.keys(),
                gradients.values()
            }) {
                assertThat(Memory.bytes(segment)).containsOnly(UNTOUCHED);
            }
        }
    }

    private void forward(AttentionOperands in, MemorySegment out, MemorySegment sums) {
        Attention.forward(MASK, 0, SHAPE, in, out, sums);
    }

    private void backward(AttentionOperands to) {
        Attention.backward(MASK, 0, SHAPE, operands, output, logSums, outputGradient, to);
    }

    // shapes

    @ParameterizedTest
    @CsvSource({"-1, 3, 5", "2, -3, 5", "2, 3, -5"})
    void negativeSizes(int planes, int rows, int columns) {
        assertRefused(
                "planes, rows and columns must be 0 or more, got " + planes + " x " + rows + " x " + columns,
                () -> AttentionScores.of(planes, rows, columns));
    }

    @Test
    void tooManyScores() {
        int most = Integer.MAX_VALUE;
        assertRefused(
                "planes x rows x columns must be below 2^61, got " + most + " x " + most + " x " + most,
                () -> AttentionScores.of(most, most, most));
        assertRefused("operands must have less than 2^61 floats", () -> AttentionShape.of(most, 1 << 28, 1, 256));
    }

    /** Loops count rows and columns in an int, and step past the last by less than a chunk. */
    @ParameterizedTest
    @CsvSource({"1, 2147479553", "2147479553, 1", "0, 2147483647", "2147483647, 0"})
    void moreRowsOrColumnsThanLoopsCount(int rows, int columns) {
        assertRefused(
                "rows and columns must be at most 2147479552, got " + rows + " x " + columns,
                () -> AttentionScores.of(1, rows, columns));
        int r = Math.min(rows, 2147479552);
        int c = Math.min(columns, 2147479552);
        assertThat(AttentionScores.of(1, r, c).elements()).isEqualTo((long) r * c);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void scaleThatIsNotFinite(float scale) {
        assertRefused("scale must be finite, got " + scale, () -> SCORES.scaledBy(scale));
    }

    @ParameterizedTest
    @CsvSource({"0, 4", "4, 0", "257, 4", "4, 257", "-1, 4"})
    void depthOutOfRange(int depth, int valueDepth) {
        assertRefused(
                "depth and valueDepth must be in [1, 256], got " + depth + " and " + valueDepth,
                () -> new AttentionShape(SCORES, depth, valueDepth));
    }

    @Test
    void depthZeroHasNoRoot() {
        assertRefused("depth and valueDepth must be in [1, 256], got 0 and 0", () -> AttentionShape.of(1, 1, 1, 0));
    }

    // key lengths

    @Test
    void keyLengthsTooSmall() {
        assertRefused(
                "keyLengths must hold at least 8 bytes (2 int32 elements), got 4",
                () -> SCORES.withKeyLengths(MemorySegment.ofArray(new int[1])));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 6})
    void keyLengthOutOfRange(int length) {
        AttentionScores limited = SCORES.withKeyLengths(MemorySegment.ofArray(new int[] {5, length}));
        String message = "keyLengths[1] must be in [0, 5], got " + length;
        assertRefused(message, () -> SoftmaxDropout.forward(MASK, 0, limited, scores, probabilities));
        assertRefused(message, () -> SoftmaxDropout.backward(MASK, 0, limited, scores, gradient, gradient));
        AttentionShape shape = new AttentionShape(limited, 4, 6);
        assertRefused(message, () -> Attention.forward(MASK, 0, shape, operands, output, logSums));
        assertRefused(
                message,
                () -> Attention.backward(MASK, 0, shape, operands, output, logSums, outputGradient, gradients));
    }

    @Test
    void keyLengthsInWhatIsWritten() {
        MemorySegment lengths = probabilities.asSlice(0, 8).fill((byte) 0);
        assertThatThrownBy(() -> SoftmaxDropout.forward(MASK, 0, SCORES.withKeyLengths(lengths), scores, probabilities))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("keyLengths and probabilities overlap by 8 bytes; they must be disjoint");
        assertThat(Memory.bytes(probabilities.asSlice(8))).containsOnly(UNTOUCHED);
    }

    // sizes of buffers

    @Test
    void softmaxBuffersTooSmall() {
        MemorySegment small = scores.asSlice(0, 119);
        assertRefused(
                "scores must hold at least 120 bytes (30 float32 elements), got 119",
                () -> SoftmaxDropout.forward(MASK, 0, SCORES, small, probabilities));
        assertRefused(
                "probabilities must hold at least 120 bytes (30 float32 elements), got 119",
                () -> SoftmaxDropout.forward(MASK, 0, SCORES, probabilities, small));
        assertRefused(
                "probabilitiesGradient must hold at least 120 bytes (30 float32 elements), got 119",
                () -> SoftmaxDropout.backward(MASK, 0, SCORES, probabilities, small, gradient));
        assertRefused(
                "scoresGradient must hold at least 120 bytes (30 float32 elements), got 119",
                () -> SoftmaxDropout.backward(MASK, 0, SCORES, probabilities, gradient, small));
    }

    @Test
    void attentionBuffersTooSmall() {
        MemorySegment small = fresh(5);
        assertRefused(
                "queries must hold at least 96 bytes (24 float32 elements), got 20",
                () -> forward(new AttentionOperands(small, operands.keys(), operands.values()), output, logSums));
        assertRefused(
                "keys must hold at least 160 bytes (40 float32 elements), got 20",
                () -> forward(new AttentionOperands(operands.queries(), small, operands.values()), output, logSums));
        assertRefused(
                "values must hold at least 240 bytes (60 float32 elements), got 20",
                () -> forward(new AttentionOperands(operands.queries(), operands.keys(), small), output, logSums));
        assertRefused(
                "output must hold at least 144 bytes (36 float32 elements), got 20",
                () -> forward(operands, small, logSums));
        assertRefused(
                "logSums must hold at least 24 bytes (6 float32 elements), got 20",
                () -> forward(operands, output, small));
        assertRefused(
                "outputGradient must hold at least 144 bytes (36 float32 elements), got 20",
                () -> Attention.backward(MASK, 0, SHAPE, operands, output, logSums, small, gradients));
        assertRefused(
                "the queries' gradient must hold at least 96 bytes (24 float32 elements), got 20",
                () -> backward(new AttentionOperands(small, gradients.keys(), gradients.values())));
        assertRefused(
                "the keys' gradient must hold at least 160 bytes (40 float32 elements), got 20",
                () -> backward(new AttentionOperands(gradients.queries(), small, gradients.values())));
        assertRefused(
                "the values' gradient must hold at least 240 bytes (60 float32 elements), got 20",
                () -> backward(new AttentionOperands(gradients.queries(), gradients.keys(), small)));
    }

    // masks

    @Test
    void maskTooSmall() {
        MaskSource stored = new StoredMask(Rate.drop(.5), MemorySegment.ofArray(new byte[3]));
        String message = "the mask's keepBits must hold at least 4 bytes (30 bits), got 3";
        assertRefused(message, () -> SoftmaxDropout.forward(stored, 0, SCORES, scores, probabilities));
        assertRefused(message, () -> Attention.forward(stored, 0, SHAPE, operands, output, logSums));
    }

    @Test
    void offsetOutOfRange() {
        for (long offset : new long[] {-1, Long.MAX_VALUE - 29}) {
            String message = "offset must be in [0, 2^63 - 1 - elements], got " + offset + " with 30 elements";
            assertRefused(message, () -> SoftmaxDropout.forward(MASK, offset, SCORES, scores, probabilities));
            assertRefused(message, () -> Attention.forward(MASK, offset, SHAPE, operands, output, logSums));
        }
    }

    @Test
    void maskInWhatIsWritten() {
        MaskSource stored = new StoredMask(Rate.drop(.5), probabilities);
        assertRefused(
                "the mask's keepBits and probabilities overlap by 4 bytes; they must be disjoint",
                () -> SoftmaxDropout.forward(stored, 0, SCORES, scores, probabilities));
        MaskSource inOutput = new StoredMask(Rate.drop(.5), output);
        assertRefused(
                "the mask's keepBits and output overlap by 4 bytes; they must be disjoint",
                () -> Attention.forward(inOutput, 0, SHAPE, operands, output, logSums));
    }

    // overlap

    @Test
    void softmaxBuffersThatOverlap() {
        MemorySegment both = fresh(31);
        assertRefused(
                "scores and probabilities overlap by 116 bytes; they must be identical or disjoint",
                () -> SoftmaxDropout.forward(MASK, 0, SCORES, both.asSlice(4), both));
        assertRefused(
                "probabilitiesGradient and scoresGradient overlap by 116 bytes; they must be identical or disjoint",
                () -> SoftmaxDropout.backward(MASK, 0, SCORES, scores, both.asSlice(4), both));
    }

    @Test
    void attentionBuffersThatOverlap() {
        assertRefused(
                "queries and output overlap by 96 bytes; they must be disjoint",
                () -> forward(new AttentionOperands(output, operands.keys(), operands.values()), output, logSums));
        assertRefused(
                "output and logSums overlap by 24 bytes; they must be disjoint",
                () -> forward(operands, output, output.asSlice(120)));
        assertRefused(
                "outputGradient and the values' gradient overlap by 144 bytes; they must be disjoint",
                () -> Attention.backward(MASK, 0, SHAPE, operands, output, logSums, gradients.values(), gradients));
        assertRefused(
                "the keys' gradient and the values' gradient overlap by 160 bytes; they must be disjoint",
                () -> backward(new AttentionOperands(gradients.queries(), gradients.values(), gradients.values())));
    }

    // memory that cannot be used

    @Test
    void readOnly() {
        assertRefused(
                "probabilities must be writable, got a read-only segment",
                () -> SoftmaxDropout.forward(MASK, 0, SCORES, scores, probabilities.asReadOnly()));
        assertRefused(
                "logSums must be writable, got a read-only segment",
                () -> forward(operands, output, logSums.asReadOnly()));
        assertRefused(
                "the keys' gradient must be writable, got a read-only segment",
                () -> backward(new AttentionOperands(
                        gradients.queries(), gradients.keys().asReadOnly(), gradients.values())));
    }

    @Test
    void confinedMemoryOnTwoTasks() {
        assertRefused(
                WrongThreadException.class,
                "scores belongs to one thread",
                () -> SoftmaxDropout.forward(MASK, 0, SCORES, scores, probabilities, TWO));
        assertRefused(
                WrongThreadException.class,
                "queries belongs to one thread",
                () -> Attention.forward(MASK, 0, SHAPE, operands, output, logSums, TWO));
    }

    @Test
    void closedArena() {
        arena.close();
        assertRefused(
                IllegalStateException.class,
                "closed",
                () -> SoftmaxDropout.forward(MASK, 0, SCORES, scores, probabilities));
        assertRefused(IllegalStateException.class, "closed", () -> forward(operands, output, logSums));
    }

    @Test
    void nullIsNamed() {
        assertRefused(NullPointerException.class, "queries", () -> new AttentionOperands(nothing(), output, output));
        assertRefused(NullPointerException.class, "keyLengths", () -> SCORES.withKeyLengths(nothing()));
        assertRefused(NullPointerException.class, "scores", () -> new AttentionShape(nothing(), 1, 1));
        assertRefused(
                NullPointerException.class,
                "mask",
                () -> SoftmaxDropout.forward(nothing(), 0, SCORES, scores, probabilities));
    }

    /** What a caller in another language may pass. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }
}
