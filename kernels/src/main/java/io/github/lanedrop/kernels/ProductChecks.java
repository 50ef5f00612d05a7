package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** Refuses the arguments of products. */
final class ProductChecks {
    private static final String FLOATS = "float32 elements";

    private ProductChecks() {}

    static void operands(Matrix a, Matrix b, Matrix c, Workers workers) {
        shapes(a, b.rows(), b.columns(), c);
        operand("a", a, c, workers);
        operand("b", b, c, workers);
        result(c, workers);
    }

    static void operands(Matrix a, PackedMatrix b, Matrix c, Workers workers) {
        shapes(a, b.rows(), b.columns(), c);
        operand("a", a, c, workers);
        result(c, workers);
    }

    private static void shapes(Matrix a, int bRows, int bColumns, Matrix c) {
        if (a.columns() != bRows || c.rows() != a.rows() || c.columns() != bColumns) {
            throw new IllegalArgumentException("shapes must be (M x K) * (K x N) = (M x N), got "
                    + shape(a.rows(), a.columns()) + " * " + shape(bRows, bColumns) + " = "
                    + shape(c.rows(), c.columns()));
        }
        if (c.transposed()) {
            throw new IllegalArgumentException("c must not be transposed; multiply the transposes of a and b instead");
        }
    }

    private static String shape(int rows, int columns) {
        return rows + " x " + columns;
    }

    private static void operand(String name, Matrix operand, Matrix c, Workers workers) {
        memory(name, operand.segment(), operand.bytes(), c, workers);
    }

    /** What is read beside the operands. */
    private static void memory(String name, MemorySegment segment, long bytes, Matrix c, Workers workers) {
        Check.readable(name, segment, bytes, bytes / Float.BYTES, FLOATS);
        Check.sharedWith(workers, name, segment);
        Check.disjoint(name, segment, bytes, "c", c.segment(), c.bytes());
    }

    private static void result(Matrix c, Workers workers) {
        Check.writable("c", c.segment(), c.bytes(), c.bytes() / Float.BYTES, FLOATS);
        Check.sharedWith(workers, "c", c.segment());
    }

    static void epilogue(Epilogue epilogue, Matrix c, Workers workers) {
        if (epilogue.hasBias()) {
            memory("bias", epilogue.bias(), (long) c.columns() * Float.BYTES, c, workers);
        }
        masks(epilogue.dropout(), epilogue.offset(), (long) c.rows() * c.columns(), c, workers);
    }

    /** Masks of so many weights for so many examples. */
    static void weights(DropConnect weights, long size, int examples, Matrix c, Workers workers) {
        long count = ((long) examples + weights.examplesPerMask() - 1) / weights.examplesPerMask();
        if (Math.multiplyHigh(count, size) != 0 || count * size < 0) {
            throw new IllegalArgumentException(
                    "the masks must have fewer than 2^63 elements, got " + count + " masks of " + size + " weights");
        }
        masks(weights.mask(), weights.offset(), count * size, c, workers);
    }

    private static void masks(MaskSource mask, long offset, long elements, Matrix c, Workers workers) {
        MaskChecks.readable(mask, offset, elements, workers);
        MaskChecks.disjoint(mask, offset + elements, "c", c.segment(), c.bytes());
    }
}
