package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Every public entry that takes a mask, on the same number of its elements, with what it writes: for the tests of what they
 * refuse because of the mask. {@link MaskEntriesTest} finds the one that is missing.
 */
final class MaskEntries {
    /** The mask's index of the first element. */
    static final int OFFSET = 5;

    private static final int ROWS = 90;
    private static final int COLUMNS = 100;
    /** More than two chunks, so that what is refused late has written some. */
    static final int ELEMENTS = ROWS * COLUMNS;

    /** What the entries read, so great that it changes whatever it is added to. */
    private static final MemorySegment X = MemorySegment.ofArray(great());

    private static final LayerNorm NORM = new LayerNorm(X, X, COLUMNS, 1e-5f);
    private static final AttentionScores SCORES = AttentionScores.of(2, 45, COLUMNS);
    private static final AttentionShape ATTENTION = new AttentionShape(SCORES, 4, 4);
    private static final AttentionOperands OPERANDS = new AttentionOperands(X, X, X);
    private static final int QUERIES = 2 * 45 * 4;
    private static final int KEYS = 2 * COLUMNS * 4;
    private static final Matrix ROWS_BY_3 = Matrix.of(X, ROWS, 3);
    private static final Matrix THREE_BY_COLUMNS = Matrix.of(X, 3, COLUMNS);
    private static final DType FLOAT32 = DType.FLOAT32;

    private MaskEntries() {}

    private static float[] great() {
        float[] values = new float[ELEMENTS];
        Arrays.fill(values, 3e10f);
        return values;
    }

    interface Call {
        void run(MaskSource mask, MemorySegment[] written, Workers workers);
    }

    /** What is written, as messages call it. */
    record Output(String name, long bytes) {}

    /**
     * An entry.
     *
     * @param method the public method
     * @param form which of its forms, where there are several
     */
    record Entry(String method, String form, List<Output> outputs, Call call) {
        /** Alpha dropout refuses a mask without one, whatever else is wrong with it. */
        boolean takes(MaskSource mask) {
            return !method.startsWith("AlphaDropout") || !Double.isNaN(mask.dropShare());
        }

        @Override
        public String toString() {
            return method + form;
        }
    }

    private static Entry entry(String method, Call call, Output... outputs) {
        return new Entry(method, "", List.of(outputs), call);
    }

    private static Entry entry(String method, String form, Call call, Output... outputs) {
        return new Entry(method, " " + form, List.of(outputs), call);
    }

    private static Output floats(String name, int floats) {
        return new Output(name, 4L * floats);
    }

    private static Output elements(String name) {
        return floats(name, ELEMENTS);
    }

    private static Output keepBits() {
        return new Output("keepBits", ELEMENTS / 8);
    }

    private static DropConnect weights(MaskSource mask) {
        return new DropConnect(mask, OFFSET, Integer.MAX_VALUE);
    }

    private static Matrix matrix(MemorySegment segment, int rows) {
        return Matrix.of(segment, rows, COLUMNS);
    }

    static List<Entry> all() {
        return List.of(
                entry(
                        "DropoutKernel.forward",
                        (m, y, w) -> DropoutKernel.forward(m, OFFSET, X, y[0], ELEMENTS, w),
                        elements("dst")),
                entry(
                        "DropoutKernel.forward",
                        "with keep bits",
                        (m, y, w) -> DropoutKernel.forward(m, OFFSET, X, y[0], ELEMENTS, y[1], w),
                        elements("dst"),
                        keepBits()),
                entry(
                        "DropoutKernel.backward",
                        (m, y, w) -> DropoutKernel.backward(m, OFFSET, X, y[0], ELEMENTS, w),
                        elements("srcGradient")),
                entry(
                        "DropoutKernel.keepBits",
                        (m, y, w) -> DropoutKernel.keepBits(m, OFFSET, y[0], ELEMENTS, w),
                        keepBits()),
                entry("MaskBits.kept", (m, _, w) -> MaskBits.kept(m, OFFSET, ELEMENTS, w)),
                entry("ScaledMask.byCount", (m, _, w) -> ScaledMask.byCount(m, OFFSET, ELEMENTS, w)),
                entry(
                        "StandardDropout.forward",
                        (m, y, w) -> StandardDropout.forward(m, FLOAT32, OFFSET, X, y[0], ELEMENTS, w),
                        elements("dst")),
                entry(
                        "StandardDropout.backward",
                        (m, y, w) -> StandardDropout.backward(m, FLOAT32, OFFSET, X, y[0], ELEMENTS, w),
                        elements("srcGradient")),
                entry(
                        "AlphaDropout.forward",
                        (m, y, w) -> AlphaDropout.forward(m, FLOAT32, OFFSET, X, y[0], ELEMENTS, w),
                        elements("dst")),
                entry(
                        "AlphaDropout.backward",
                        (m, y, w) -> AlphaDropout.backward(m, FLOAT32, OFFSET, X, y[0], ELEMENTS, w),
                        elements("srcGradient")),
                entry(
                        "ResidualDropout.forward",
                        (m, y, w) -> ResidualDropout.forward(m, FLOAT32, OFFSET, X, X, y[0], ELEMENTS, w),
                        elements("dst")),
                entry(
                        "Zoneout.forward",
                        (m, y, w) -> Zoneout.forward(m, FLOAT32, OFFSET, X, X, y[0], ELEMENTS, w),
                        elements("dst")),
                entry(
                        "Zoneout.backward",
                        (m, y, w) -> Zoneout.backward(m, FLOAT32, OFFSET, X, y[0], ELEMENTS, w),
                        elements("srcGradient")),
                entry(
                        "Zoneout.backwardPrevious",
                        (m, y, w) -> Zoneout.backwardPrevious(m, FLOAT32, OFFSET, X, y[0], ELEMENTS, w),
                        elements("previousGradient")),
                entry(
                        "BiasActivationDropout.forward",
                        (m, y, w) ->
                                BiasActivationDropout.forward(m, OFFSET, Activation.GELU, X, X, y[0], ROWS, COLUMNS, w),
                        elements("dst")),
                entry(
                        "BiasActivationDropout.backward",
                        (m, y, w) -> BiasActivationDropout.backward(
                                m, OFFSET, Activation.GELU, X, X, X, y[0], y[1], ROWS, COLUMNS, w),
                        elements("srcGradient"),
                        floats("biasGradient", COLUMNS)),
                entry(
                        "DropoutResidualLayerNorm.forward",
                        (m, y, w) -> DropoutResidualLayerNorm.forward(m, OFFSET, NORM, X, X, y[0], y[1], y[2], ROWS, w),
                        elements("dst"),
                        floats("mean", ROWS),
                        floats("rstd", ROWS)),
                entry(
                        "DropoutResidualLayerNorm.forward",
                        "with the sum",
                        (m, y, w) -> DropoutResidualLayerNorm.forward(
                                m, OFFSET, NORM, X, X, y[0], y[1], y[2], y[3], ROWS, w),
                        elements("sum"),
                        elements("dst"),
                        floats("mean", ROWS),
                        floats("rstd", ROWS)),
                entry(
                        "DropoutResidualLayerNorm.backward",
                        (m, y, w) -> DropoutResidualLayerNorm.backward(
                                m, OFFSET, NORM, X, X, X, X, y[0], y[1], y[2], y[3], ROWS, w),
                        elements("srcGradient"),
                        elements("residualGradient"),
                        floats("gammaGradient", COLUMNS),
                        floats("betaGradient", COLUMNS)),
                entry(
                        "DropoutResidualLayerNorm.backward",
                        "with the sum's gradient",
                        (m, y, w) -> DropoutResidualLayerNorm.backward(
                                m, OFFSET, NORM, X, X, X, X, X, y[0], y[1], y[2], y[3], ROWS, w),
                        elements("srcGradient"),
                        elements("residualGradient"),
                        floats("gammaGradient", COLUMNS),
                        floats("betaGradient", COLUMNS)),
                entry(
                        "SoftmaxDropout.forward",
                        (m, y, w) -> SoftmaxDropout.forward(m, OFFSET, SCORES, X, y[0], w),
                        elements("probabilities")),
                entry(
                        "SoftmaxDropout.backward",
                        (m, y, w) -> SoftmaxDropout.backward(m, OFFSET, SCORES, X, X, y[0], w),
                        elements("scoresGradient")),
                entry(
                        "Attention.forward",
                        (m, y, w) -> Attention.forward(m, OFFSET, ATTENTION, OPERANDS, y[0], y[1], w),
                        floats("output", QUERIES),
                        floats("logSums", ROWS)),
                entry(
                        "Attention.backward",
                        (m, y, w) -> Attention.backward(
                                m, OFFSET, ATTENTION, OPERANDS, X, X, X, new AttentionOperands(y[0], y[1], y[2]), w),
                        floats("the queries' gradient", QUERIES),
                        floats("the keys' gradient", KEYS),
                        floats("the values' gradient", KEYS)),
                entry(
                        "MatrixProduct.multiply",
                        (m, y, w) -> MatrixProduct.multiply(
                                ROWS_BY_3, THREE_BY_COLUMNS, matrix(y[0], ROWS), Epilogue.NONE.dropout(m, OFFSET), w),
                        elements("c")),
                entry(
                        "MatrixProduct.multiply",
                        "of a packed matrix",
                        (m, y, w) -> MatrixProduct.multiply(
                                ROWS_BY_3,
                                PackedMatrix.of(THREE_BY_COLUMNS),
                                matrix(y[0], ROWS),
                                Epilogue.NONE.dropout(m, OFFSET),
                                w),
                        elements("c")),
                entry(
                        "DropConnectProduct.multiply",
                        (m, y, w) -> DropConnectProduct.multiply(
                                weights(m), Matrix.of(X, 2, ROWS), matrix(X, ROWS), matrix(y[0], 2), Epilogue.NONE, w),
                        floats("c", 2 * COLUMNS)),
                entry(
                        "DropConnectProduct.multiply",
                        "with dropout",
                        (m, y, w) -> DropConnectProduct.multiply(
                                DropConnect.NONE,
                                ROWS_BY_3,
                                THREE_BY_COLUMNS,
                                matrix(y[0], ROWS),
                                Epilogue.NONE.dropout(m, OFFSET),
                                w),
                        elements("c")),
                entry(
                        "DropConnectProduct.addWeightGradient",
                        (m, y, w) -> DropConnectProduct.addWeightGradient(
                                weights(m), ROWS_BY_3, THREE_BY_COLUMNS, matrix(y[0], ROWS), w),
                        elements("c")));
    }

    /** Keeps about half, from no memory. */
    static MaskSource drawn() {
        return new BernoulliMask(Rate.drop(.5), Key.of(1));
    }
}
