package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.Memory.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products, bit for bit, against the documented chain of fused multiply-adds. */
@Tag("paths")
final class MatrixProductTest {
    private static final int[] SIZES = {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 129};
    private static final int[] SHIFTS = {0, 1, 2, 4, 12, 60};
    private static final int MOST = 129 * 129;

    /** {@code c = start + a * b}, where {@code a} is M x K and {@code b} is K x N, both row-major. */
    private static float[] oracle(float[] a, float[] b, float[] start, int rows, int inner, int columns) {
        float[] c = start.clone();
        for (int m = 0; m < rows; m++) {
            for (int k = 0; k < inner; k++) { // each element's chain in the order of k, all of a row's at once
                for (int n = 0; n < columns; n++) {
                    c[m * columns + n] = Math.fma(a[m * inner + k], b[k * columns + n], c[m * columns + n]);
                }
            }
        }
        return c;
    }

    private static float[] transpose(float[] values, int rows, int columns) {
        float[] transposed = new float[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                transposed[c * rows + r] = values[r * columns + c];
            }
        }
        return transposed;
    }

    private static float[] gaussian(Random random, int elements) {
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Matrix matrix(MemorySegment segment, float[] values, int rows, int columns, boolean transposed) {
        float[] stored = transposed ? transpose(values, rows, columns) : values;
        MemorySegment.copy(stored, 0, segment, Memory.FLOAT, 0, stored.length);
        return transposed ? Matrix.of(segment, columns, rows).transpose() : Matrix.of(segment, rows, columns);
    }

    /** NaNs' payloads depend on which operand the hardware prefers; everything else is compared by its bits. */
    private static void assertSame(MemorySegment actual, float[] expected, Object what) {
        for (int i = 0; i < expected.length; i++) {
            float value = actual.get(Memory.FLOAT, 4L * i);
            if (Float.floatToIntBits(value) != Float.floatToIntBits(expected[i])) {
                assertThat(value).as("element %d of %s", i, what).isEqualTo(Float.valueOf(expected[i]));
            }
        }
    }

    private record Case(
            int rows,
            int inner,
            int columns,
            boolean aTransposed,
            boolean bTransposed,
            boolean add,
            int tasks,
            Kind aKind,
            Kind bKind,
            Kind cKind,
            int aShift,
            int bShift,
            int cShift) {
        static Case draw(Random random, int variant, int rows, int inner, int columns) {
            Kind[] kinds = Kind.values();
            return new Case(
                    rows,
                    inner,
                    columns,
                    (variant & 1) != 0,
                    (variant & 2) != 0,
                    random.nextBoolean(),
                    1 + random.nextInt(4),
                    kinds[random.nextInt(kinds.length)],
                    kinds[random.nextInt(kinds.length)],
                    kinds[random.nextInt(kinds.length)],
                    SHIFTS[random.nextInt(SHIFTS.length)],
                    SHIFTS[random.nextInt(SHIFTS.length)],
                    SHIFTS[random.nextInt(SHIFTS.length)]);
        }
    }

    /** 150 shapes, each with any operand transposed, half of them adding. */
    @Test
    void everyFormOfRandomShapes() {
        var random = new Random(11);
        try (Arena arena = Arena.ofShared()) {
            Function<Kind, Memory> forA = Memory.ofEachKind(arena, 4L * MOST);
            Function<Kind, Memory> forB = Memory.ofEachKind(arena, 4L * MOST);
            Function<Kind, Memory> forC = Memory.ofEachKind(arena, 4L * MOST);
            for (int shape = 0; shape < 150; shape++) {
                int rows = SIZES[random.nextInt(SIZES.length)];
                int inner = SIZES[random.nextInt(SIZES.length)];
                int columns = SIZES[random.nextInt(SIZES.length)];
                for (int variant = 0; variant < 4; variant++) {
                    Case x = Case.draw(random, variant, rows, inner, columns);
                    check(x, forA.apply(x.aKind), forB.apply(x.bKind), forC.apply(x.cKind), random);
                }
            }
        }
    }

    private static void check(Case x, Memory aMemory, Memory bMemory, Memory cMemory, Random random) {
        float[] a = gaussian(random, x.rows * x.inner);
        float[] b = gaussian(random, x.inner * x.columns);
        float[] before = gaussian(random, x.rows * x.columns);
        Matrix aMatrix = matrix(aMemory.take(x.aShift, 4L * a.length), a, x.rows, x.inner, x.aTransposed);
        Matrix bMatrix = matrix(bMemory.take(x.bShift, 4L * b.length), b, x.inner, x.columns, x.bTransposed);
        Matrix c = matrix(cMemory.take(x.cShift, 4L * before.length), before, x.rows, x.columns, false);
        float[] start = x.add ? before : new float[before.length];
        var workers = new Workers(Runnable::run, x.tasks);
        if (x.add) {
            MatrixProduct.multiplyAdd(aMatrix, bMatrix, c, workers);
        } else {
            MatrixProduct.multiply(aMatrix, bMatrix, c, workers);
        }
        assertSame(c.segment(), oracle(a, b, start, x.rows, x.inner, x.columns), x);
        aMemory.assertUntouchedAround("a of " + x);
        bMemory.assertUntouchedAround("b of " + x);
        cMemory.assertUntouchedAround("c of " + x);
    }

    @ParameterizedTest
    @CsvSource({
        "512, 784, 128, 0",
        "512, 128, 260, 1",
        "512, 260, 128, 2",
        "260, 512, 128, 3",
        "128, 512, 10, 0",
        "1, 4096, 513, 1",
        "513, 4096, 1, 2",
        "301, 1, 302, 3",
        "2, 70000, 3, 0"
    })
    void large(int rows, int inner, int columns, int variant) {
        var random = new Random(12);
        float[] a = gaussian(random, rows * inner);
        float[] b = gaussian(random, inner * columns);
        float[] expected = oracle(a, b, new float[rows * columns], rows, inner, columns);
        MemorySegment c = MemorySegment.ofArray(new float[rows * columns]);
        MemorySegment aSegment = MemorySegment.ofArray(new float[a.length]);
        MemorySegment bSegment = MemorySegment.ofArray(new float[b.length]);
        MatrixProduct.multiply(
                matrix(aSegment, a, rows, inner, (variant & 1) != 0),
                matrix(bSegment, b, inner, columns, (variant & 2) != 0),
                Matrix.of(c, rows, columns));
        assertSame(c, expected, "variant " + variant);
    }

    /** Few columns or rows of native memory that ends with the operands; squares of lanes read over the ends of lines. */
    @ParameterizedTest
    @CsvSource({
        "128, 512, 10",
        "10, 128, 512",
        "33, 300, 1",
        "40, 129, 31",
        "100, 1030, 17",
        "64, 257, 32",
        "16, 3, 9",
        "47, 2050, 16",
        "300, 40, 13"
    })
    void narrowInNativeMemory(int rows, int inner, int columns) {
        var random = new Random(16);
        float[] a = gaussian(random, rows * inner);
        float[] b = gaussian(random, inner * columns);
        float[] expected = oracle(a, b, new float[rows * columns], rows, inner, columns);
        for (int variant = 0; variant < 4; variant++) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment c = arena.allocate(4L * rows * columns);
                Matrix aMatrix = matrix(arena.allocate(4L * a.length), a, rows, inner, (variant & 1) != 0);
                Matrix bMatrix = matrix(arena.allocate(4L * b.length), b, inner, columns, (variant & 2) != 0);
                MatrixProduct.multiply(aMatrix, bMatrix, Matrix.of(c, rows, columns));
                assertSame(c, expected, "variant " + variant);
                MatrixProduct.multiply(
                        aMatrix, PackedMatrix.of(bMatrix), Matrix.of(c.fill((byte) -1), rows, columns), Workers.NONE);
                assertSame(c, expected, "packed, variant " + variant);
            }
        }
    }

    /** Sums that a different order, or a rounding between product and sum, would change. */
    @Test
    void chainRunsInTheOrderOfTheInnerIndexAndRoundsOnce() {
        float[] a = {1e8f, 1, -1e8f, 1};
        float[] ones = {1, 1, 1, 1};
        assertThat(product(a, ones, 1, 4, 1)).containsExactly(1f);
        float x = 1 + 0x1p-12f;
        float[] y = {x, -(1 + 0x1p-11f)};
        float[] z = {x, 1};
        assertThat(product(y, z, 1, 2, 1)).containsExactly(0f);
        float[] reversed = {-(1 + 0x1p-11f), x};
        float[] reversedZ = {1, x};
        assertThat(product(reversed, reversedZ, 1, 2, 1)).containsExactly(0x1p-24f);
    }

    @Test
    void nanAndInfinityFollowIeee754() {
        for (int size : new int[] {1, 5, 16, 40}) {
            float[] a = new float[size * size];
            float[] b = new float[size * size];
            Arrays.fill(a, 1);
            Arrays.fill(b, 2);
            a[0] = Float.NaN;
            b[size * size - 1] = Float.POSITIVE_INFINITY;
            float[] c = product(a, b, size, size, size);
            for (int i = 0; i < c.length; i++) {
                boolean nan = i < size;
                boolean infinite = i % size == size - 1;
                float expected = nan ? Float.NaN : infinite ? Float.POSITIVE_INFINITY : 2f * size;
                assertThat(c[i]).as("element %d of size %d", i, size).isEqualTo(Float.valueOf(expected));
            }
            // zero times infinity is NaN: no zero may be skipped
            Arrays.fill(a, 0);
            assertThat(product(a, b, size, size, size)[size - 1]).isNaN();
            assertThat(product(a, b, size, size, size)[size * size - 1]).isNaN();
        }
    }

    /** Negative zeros: a chain starts at +0, so a sum of -0 products is +0; added to -0, it stays -0. */
    @Test
    void negativeZeros() {
        MemorySegment a = MemorySegment.ofArray(new float[] {-0f, 0f, -0f});
        MemorySegment b = MemorySegment.ofArray(new float[] {1, -1, 1});
        float[] c = {-0f};
        MatrixProduct.multiplyAdd(Matrix.of(a, 1, 3), Matrix.of(b, 3, 1), Matrix.of(MemorySegment.ofArray(c), 1, 1));
        assertThat(Float.floatToRawIntBits(c[0])).isEqualTo(0x80000000);
        MatrixProduct.multiply(Matrix.of(a, 1, 3), Matrix.of(b, 3, 1), Matrix.of(MemorySegment.ofArray(c), 1, 1));
        assertThat(Float.floatToRawIntBits(c[0])).isZero();
    }

    private static float[] product(float[] a, float[] b, int rows, int inner, int columns) {
        float[] c = new float[rows * columns];
        MatrixProduct.multiply(
                Matrix.of(MemorySegment.ofArray(a), rows, inner),
                Matrix.of(MemorySegment.ofArray(b), inner, columns),
                Matrix.of(MemorySegment.ofArray(c), rows, columns));
        return c;
    }

    @Test
    void innerSizeZeroGivesZerosOrLeavesTheSum() {
        Matrix a = Matrix.of(MemorySegment.NULL, 3, 0);
        Matrix b = Matrix.of(MemorySegment.NULL, 0, 2);
        float[] c = {1, 2, Float.NaN, -0f, 5, 6};
        Matrix cMatrix = Matrix.of(MemorySegment.ofArray(c), 3, 2);
        MatrixProduct.multiplyAdd(a, b, cMatrix);
        assertThat(c).containsExactly(1, 2, Float.NaN, -0f, 5, 6);
        MatrixProduct.multiply(a, b, cMatrix);
        assertThat(c).containsExactly(0, 0, 0, 0, 0, 0);
    }

    @Test
    void emptyResults() {
        Matrix none = Matrix.of(MemorySegment.NULL, 0, 0);
        MatrixProduct.multiply(none, none, none);
        Matrix values = Matrix.of(MemorySegment.ofArray(new float[6]), 2, 3);
        Matrix noColumns = Matrix.of(MemorySegment.NULL, 3, 0);
        MatrixProduct.multiplyAdd(values, noColumns, Matrix.of(MemorySegment.NULL, 2, 0));
        assertThat(values.segment().mismatch(MemorySegment.ofArray(new float[6])))
                .isEqualTo(-1);
    }

    /** Sizes near 2^31 that need no memory, since another is 0: counters must not overflow. */
    @Test
    void sizesNearTheLargestInt() {
        int most = Integer.MAX_VALUE;
        for (int tasks = 1; tasks <= 3; tasks++) {
            var workers = new Workers(Runnable::run, tasks);
            MatrixProduct.multiply(nothing(0, 0), nothing(0, most), nothing(0, most), workers);
            MatrixProduct.multiply(nothing(most, 0), nothing(0, 0), nothing(most, 0), workers);
            MatrixProduct.multiply(nothing(0, most), nothing(most, 0), nothing(0, 0), workers);
            PackedMatrix packed = PackedMatrix.of(nothing(0, most));
            assertThat(packed.columns()).isEqualTo(most);
            MatrixProduct.multiply(nothing(0, 0), packed, nothing(0, most), workers);
        }
        assertThat(PackedMatrix.of(nothing(most, 0)).rows()).isEqualTo(most);
    }

    private static Matrix nothing(int rows, int columns) {
        return Matrix.of(MemorySegment.NULL, rows, columns);
    }

    @Test
    void aAndBMayBeTheSameMemory() {
        float[] x = gaussian(new Random(13), 20 * 20);
        MemorySegment segment = MemorySegment.ofArray(x).asReadOnly();
        Matrix matrix = Matrix.of(segment, 20, 20);
        MemorySegment c = MemorySegment.ofArray(new float[400]);
        MatrixProduct.multiply(matrix.transpose(), matrix, Matrix.of(c, 20, 20));
        assertSame(c, oracle(transpose(x, 20, 20), x, new float[400], 20, 20, 20), "x' x");
    }

    @Test
    void anyNumberOfWorkersGivesTheSameBits() {
        var random = new Random(14);
        int rows = 67;
        float[] a = gaussian(random, rows * 45);
        float[] b = gaussian(random, 45 * 83);
        float[] expected = oracle(a, b, new float[rows * 83], rows, 45, 83);
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            for (int tasks = 1; tasks <= 80; tasks = tasks < 9 ? tasks + 1 : tasks * 3) {
                MemorySegment c = MemorySegment.ofArray(new float[rows * 83]);
                MatrixProduct.multiply(
                        Matrix.of(MemorySegment.ofArray(a), rows, 45),
                        Matrix.of(MemorySegment.ofArray(b), 45, 83),
                        Matrix.of(c, rows, 83),
                        new Workers(executor, tasks));
                assertSame(c, expected, tasks + " tasks");
            }
        }
    }

    /** The same products, interpreted and then compiled. */
    @Test
    void compilationChangesNothing() {
        var random = new Random(15);
        float[] a = gaussian(random, 9 * 21);
        float[] b = gaussian(random, 21 * 19);
        float[] expected = oracle(a, b, new float[9 * 19], 9, 21, 19);
        float[] transposedA = transpose(a, 9, 21);
        float[] transposedB = transpose(b, 21, 19);
        float[] c = new float[9 * 19];
        Matrix[] as = {
            Matrix.of(MemorySegment.ofArray(a), 9, 21),
            Matrix.of(MemorySegment.ofArray(transposedA), 21, 9).transpose()
        };
        Matrix[] bs = {
            Matrix.of(MemorySegment.ofArray(b), 21, 19),
            Matrix.of(MemorySegment.ofArray(transposedB), 19, 21).transpose()
        };
        int digest = Arrays.hashCode(expected);
        for (int round = 0; round < 20_000; round++) {
            MatrixProduct.multiply(as[round & 1], bs[(round >>> 1) & 1], Matrix.of(MemorySegment.ofArray(c), 9, 19));
            assertThat(Arrays.hashCode(c)).as("round %d", round).isEqualTo(digest);
        }
    }

    // errors

    private final float[] c = {1, 2, 3, 4};
    private final MemorySegment cSegment = MemorySegment.ofArray(c);
    private final Matrix two = Matrix.of(MemorySegment.ofArray(new float[4]), 2, 2);

    private void assertRefused(Class<? extends Throwable> type, String message, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(type).hasMessageContaining(message);
        assertThat(c).as("c").containsExactly(1, 2, 3, 4);
    }

    @Test
    void refusesShapesThatDoNotFit() {
        Matrix three = Matrix.of(MemorySegment.ofArray(new float[6]), 2, 3);
        assertRefused(
                IllegalArgumentException.class,
                "shapes must be (M x K) * (K x N) = (M x N), got 2 x 3 * 2 x 2 = 2 x 2",
                () -> MatrixProduct.multiply(three, two, Matrix.of(cSegment, 2, 2)));
        assertRefused(
                IllegalArgumentException.class,
                "got 2 x 2 * 2 x 2 = 1 x 4",
                () -> MatrixProduct.multiplyAdd(two, two, Matrix.of(cSegment, 1, 4)));
    }

    @Test
    void refusesATransposedResult() {
        assertRefused(
                IllegalArgumentException.class,
                "c must not be transposed",
                () -> MatrixProduct.multiply(two, two, Matrix.of(cSegment, 2, 2).transpose()));
    }

    @Test
    void refusesAReadOnlyResult() {
        assertRefused(
                IllegalArgumentException.class,
                "c must be writable, got a read-only segment",
                () -> MatrixProduct.multiply(two, two, Matrix.of(cSegment.asReadOnly(), 2, 2)));
    }

    @Test
    void refusesAResultThatOverlapsAnOperand() {
        Matrix result = Matrix.of(cSegment, 2, 2);
        assertRefused(
                IllegalArgumentException.class,
                "b and c overlap by 16 bytes; they must be disjoint",
                () -> MatrixProduct.multiply(two, result, result));
        assertRefused(
                IllegalArgumentException.class,
                "a and c overlap by 16 bytes; they must be disjoint",
                () -> MatrixProduct.multiply(result.transpose(), two, result));
        assertRefused(
                IllegalArgumentException.class,
                "a and c overlap by 8 bytes; they must be disjoint",
                () -> MatrixProduct.multiply(
                        Matrix.of(cSegment.asSlice(8).asReadOnly(), 2, 1),
                        Matrix.of(MemorySegment.ofArray(new float[2]), 1, 2),
                        result));
    }

    @Test
    void refusesASegmentThatIsTooSmall() {
        assertRefused(
                IllegalArgumentException.class,
                "segment must hold at least 24 bytes (6 float32 elements), got 16",
                () -> Matrix.of(cSegment, 2, 3));
        assertRefused(
                IllegalArgumentException.class,
                "rows and columns must be 0 or more, got -1 x 3",
                () -> Matrix.of(cSegment, -1, 3));
        assertRefused(
                IllegalArgumentException.class,
                "elements must be in [0, 2^61), got 4611686014132420609",
                () -> Matrix.of(cSegment, Integer.MAX_VALUE, Integer.MAX_VALUE));
    }

    @Test
    void refusesAClosedArena() {
        Arena arena = Arena.ofConfined();
        Matrix closed = Matrix.of(arena.allocate(16), 2, 2);
        arena.close();
        assertRefused(
                IllegalStateException.class,
                "closed",
                () -> MatrixProduct.multiply(two, closed, Matrix.of(cSegment, 2, 2)));
        assertRefused(
                IllegalStateException.class,
                "closed",
                () -> MatrixProduct.multiply(closed, two, Matrix.of(cSegment, 2, 2)));
        assertThatThrownBy(() -> MatrixProduct.multiply(two, two, closed)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesAnArenaOfAnotherThread() throws Exception {
        try (ExecutorService another = Executors.newSingleThreadExecutor()) {
            Arena theirs = another.submit(Arena::ofConfined).get();
            Matrix foreign =
                    another.submit(() -> Matrix.of(theirs.allocate(16), 2, 2)).get();
            Matrix result = Matrix.of(cSegment, 2, 2);
            assertRefused(WrongThreadException.class, "", () -> MatrixProduct.multiply(foreign, two, result));
            assertRefused(WrongThreadException.class, "", () -> MatrixProduct.multiplyAdd(two, foreign, result));
            assertThatThrownBy(() -> MatrixProduct.multiply(two, two, foreign))
                    .isInstanceOf(WrongThreadException.class);
            another.submit(theirs::close).get();
        }
    }

    @Test
    void refusesToSplitAConfinedArena() {
        try (Arena arena = Arena.ofConfined()) {
            Matrix confined = Matrix.of(arena.allocate(16), 2, 2);
            assertRefused(
                    WrongThreadException.class,
                    "belongs to one thread",
                    () -> MatrixProduct.multiply(
                            confined, two, Matrix.of(cSegment, 2, 2), new Workers(Runnable::run, 2)));
        }
    }
}
