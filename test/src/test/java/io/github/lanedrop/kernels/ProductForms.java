package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Memory.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Matrices for tests of products, and the definition of a product. */
final class ProductForms {
    private ProductForms() {}

    static float[] gaussian(Random random, int elements) {
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** {@code start + a * b}, where {@code a} is M x K and {@code b} is K x N: a chain for each element, in the order of k. */
    static float[] multiply(float[] a, float[] b, float[] start, int rows, int inner, int columns) {
        float[] c = start.clone();
        for (int m = 0; m < rows; m++) {
            for (int k = 0; k < inner; k++) {
                for (int n = 0; n < columns; n++) {
                    c[m * columns + n] = Math.fma(a[m * inner + k], b[k * columns + n], c[m * columns + n]);
                }
            }
        }
        return c;
    }

    static float[] transpose(float[] values, int rows, int columns) {
        float[] transposed = new float[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                transposed[c * rows + r] = values[r * columns + c];
            }
        }
        return transposed;
    }

    /** A matrix of these values in heap arrays, whose memory may hold the transpose. */
    static Matrix matrix(float[] values, int rows, int columns, boolean transposed) {
        return transposed
                ? Matrix.of(MemorySegment.ofArray(transpose(values, rows, columns)), columns, rows)
                        .transpose()
                : Matrix.of(MemorySegment.ofArray(values.clone()), rows, columns);
    }

    /** The same in memory of a kind. */
    static Matrix matrix(Kind kind, float[] values, int rows, int columns, boolean transposed) {
        MemorySegment segment = new Memory(kind, Arena.ofAuto(), 4L * values.length).take(4, 4L * values.length);
        float[] stored = transposed ? transpose(values, rows, columns) : values;
        MemorySegment.copy(stored, 0, segment, Memory.FLOAT, 0, stored.length);
        return transposed ? Matrix.of(segment, columns, rows).transpose() : Matrix.of(segment, rows, columns);
    }

    static float[] floats(Matrix matrix) {
        float[] values = new float[matrix.rows() * matrix.columns()];
        MemorySegment.copy(matrix.segment(), Memory.FLOAT, 0, values, 0, values.length);
        return values;
    }

    /** Bit by bit. NaNs' payloads depend on which operand the hardware prefers, so any is as good. */
    static void assertSame(float[] actual, float[] expected, Object what) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
                assertThat(actual[i]).as("element %d of %s", i, what).isEqualTo(Float.valueOf(expected[i]));
            }
        }
    }
}
