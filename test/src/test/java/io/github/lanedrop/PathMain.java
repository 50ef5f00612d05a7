package io.github.lanedrop;

import io.github.lanedrop.kernels.Activation;
import io.github.lanedrop.kernels.AlphaDropout;
import io.github.lanedrop.kernels.Attention;
import io.github.lanedrop.kernels.AttentionOperands;
import io.github.lanedrop.kernels.AttentionScores;
import io.github.lanedrop.kernels.AttentionShape;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.BiasActivationDropout;
import io.github.lanedrop.kernels.BiasKernel;
import io.github.lanedrop.kernels.BroadcastMask;
import io.github.lanedrop.kernels.BroadcastShape;
import io.github.lanedrop.kernels.ByteMask;
import io.github.lanedrop.kernels.ConcreteDropout;
import io.github.lanedrop.kernels.ConcreteMask;
import io.github.lanedrop.kernels.ConcreteRate;
import io.github.lanedrop.kernels.DType;
import io.github.lanedrop.kernels.DropBlock;
import io.github.lanedrop.kernels.DropBlockMask;
import io.github.lanedrop.kernels.DropConnect;
import io.github.lanedrop.kernels.DropConnectProduct;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.DropoutResidualLayerNorm;
import io.github.lanedrop.kernels.Epilogue;
import io.github.lanedrop.kernels.ExactCountMask;
import io.github.lanedrop.kernels.FloatMask;
import io.github.lanedrop.kernels.GaussianNoise;
import io.github.lanedrop.kernels.KernelFamily;
import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.kernels.LayerNorm;
import io.github.lanedrop.kernels.MaskSource;
import io.github.lanedrop.kernels.Matrix;
import io.github.lanedrop.kernels.MatrixProduct;
import io.github.lanedrop.kernels.NoiseKernel;
import io.github.lanedrop.kernels.NoiseSource;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.ResidualDropout;
import io.github.lanedrop.kernels.RowKeyedMask;
import io.github.lanedrop.kernels.ScaledMask;
import io.github.lanedrop.kernels.Sharing;
import io.github.lanedrop.kernels.SoftmaxDropout;
import io.github.lanedrop.kernels.SparseVariationalDropout;
import io.github.lanedrop.kernels.StandardDropout;
import io.github.lanedrop.kernels.StoredMask;
import io.github.lanedrop.kernels.TokenTypeMask;
import io.github.lanedrop.kernels.UniformNoise;
import io.github.lanedrop.kernels.VariationalDropout;
import io.github.lanedrop.kernels.VaryingRateMask;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.kernels.Zoneout;
import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;

/**
 * The main class of the children that {@link PathMatrixTest} starts: hashes a fixed workload, several times over, and
 * prints which path it ran on. It lives in a package that no module has, so that it also runs beside the modules.
 *
 * <p>Standard output is one line, {@code path=vector|scalar bits=N sha=HEX repeats=N}; it fails where two repetitions
 * differ. The first repetition is interpreted, the last ones are compiled as far as this JVM compiles.
 */
public final class PathMain {
    private static final int[] ELEMENTS = {1, 7, 64, 65, 511, 1000, 4096, 5001};
    private static final double[] RATES = {0, 0.1, 1.0 / 3, 0.5, 0.75, 0.999, 1};
    private static final long[] OFFSETS = {0, 5, 4093, (1L << 34) + 3};
    private static final int[][] PRODUCTS = {{1, 1, 1}, {3, 5, 7}, {17, 19, 33}, {4, 64, 16}};

    private static final Arena NATIVE = Arena.ofAuto();

    private final MessageDigest digest;

    private PathMain() throws NoSuchAlgorithmException {
        digest = MessageDigest.getInstance("SHA-256");
    }

    /**
     * Runs the workload.
     *
     * @param arguments how often; 0 warms the kernels up and does nothing else, or families of them, with a line before each
     */
    public static void main(String[] arguments) throws NoSuchAlgorithmException {
        int repeats = Integer.parseInt(arguments[0]);
        if (repeats == 0) {
            warmUp(Arrays.asList(arguments).subList(1, arguments.length));
            return;
        }
        String first = new PathMain().hash();
        for (int i = 1; i < repeats; i++) {
            String hash = new PathMain().hash();
            if (!hash.equals(first)) {
                throw new AssertionError("repetition " + i + " gave " + hash + ", the first gave " + first);
            }
        }
        Kernels.Path path = Kernels.describe();
        System.out.println("path=" + (path.vector() ? "vector" : "scalar") + " bits=" + path.vectorBits() + " sha="
                + first + " repeats=" + repeats);
    }

    private static void warmUp(List<String> families) {
        if (families.isEmpty()) {
            Kernels.warmUp();
        }
        for (String family : families) {
            System.out.println("family=" + family);
            Kernels.warmUp(EnumSet.of(KernelFamily.valueOf(family)));
        }
    }

    private String hash() {
        blocks();
        masks();
        structuredMasks();
        noise();
        products();
        operations();
        chunksDrawnAhead();
        chains();
        attention();
        dropConnect();
        learnedRates();
        return HexFormat.of().formatHex(digest.digest());
    }

    private void blocks() {
        for (int blocks : new int[] {1, 2, 7, 8, 33, 100}) {
            byte[] dst = new byte[blocks * Philox4x32.BLOCK_BYTES + 3];
            ByteStream.fill(0x299F31D0A4093822L, 0x0370734413198A2EL, 0x85A308D3FFFFFFF0L, dst, 3, blocks);
            digest.update(dst);
            ByteStream.fill(2026, 7, -20, dst, 0, blocks);
            digest.update(dst);
        }
    }

    private void masks() {
        for (int r = 0; r < RATES.length; r++) {
            for (int n = 0; n < ELEMENTS.length; n++) {
                int elements = ELEMENTS[n];
                long offset = OFFSETS[(r + n) % OFFSETS.length];
                var mask = new BernoulliMask(Rate.drop(RATES[r]), new Key(2026 + n, r));
                byte[] keepBits = new byte[(elements + 7) / 8];
                DropoutKernel.keepBits(mask, offset, MemorySegment.ofArray(keepBits), elements);
                digest.update(keepBits);
                float[] dst = new float[elements];
                DropoutKernel.forward(
                        mask,
                        offset,
                        MemorySegment.ofArray(activations(elements)),
                        MemorySegment.ofArray(dst),
                        elements);
                update(dst);
            }
        }
    }

    private void structuredMasks() {
        Rate rate = Rate.drop(0.3);
        Key key = new Key(2026, 11);
        var elementwise = new BernoulliMask(rate, key);
        MaskSource[] masks = {
            new BroadcastMask(elementwise, BroadcastShape.rows(8, 700)),
            new BroadcastMask(elementwise, BroadcastShape.channelsLast(2, 50, 9, 7)),
            new BroadcastMask(elementwise, BroadcastShape.of(5, 4, 3, 60).share(0, 2)),
            new DropBlockMask(DropBlock.exact(rate, 3, 14, 14), key),
            new DropBlockMask(DropBlock.paper(rate, 5, 9, 20, 20), key),
            RowKeyedMask.of(rate, 900, key, key.step(1), key.step(2), key.step(3)),
            new TokenTypeMask(elementwise, MemorySegment.ofArray(new int[] {5, 0, 5, 3}), 1000),
            ExactCountMask.of(rate, key, 4000),
            new ByteMask(rate, MemorySegment.ofArray(new byte[] {0, 1, 2, 0, -1, 0, 0, 64})),
            new FloatMask(rate, MemorySegment.ofArray(new float[] {0, 1, Float.NaN, -0f, -1, 0, 0, Float.MIN_VALUE})),
            new StoredMask(rate, MemorySegment.ofArray(new byte[] {7, 0, -1, 100, 12})),
            new ScaledMask(elementwise, 3),
            new VaryingRateMask(MemorySegment.ofArray(new float[] {.1f, .5f, .9f}), Sharing.column(300, 3), key),
        };
        for (MaskSource mask : masks) {
            int elements = (int) Math.min(3500, mask.elements());
            byte[] keepBits = new byte[(elements + 7) / 8];
            DropoutKernel.keepBits(mask, 5, MemorySegment.ofArray(keepBits), elements - 5);
            digest.update(keepBits);
            float[] dst = activations(elements);
            MemorySegment segment = MemorySegment.ofArray(dst);
            DropoutKernel.forward(mask, 0, segment, segment, elements);
            update(dst);
        }
    }

    private void noise() {
        for (int n = 0; n < ELEMENTS.length; n++) {
            Key key = new Key(2026 + n, 1);
            NoiseSource[] sources = {
                GaussianNoise.dropout(Rate.drop(.1), key), GaussianNoise.centred(2, key), UniformNoise.uout(.5, key)
            };
            for (NoiseSource source : sources) {
                float[] values = activations(ELEMENTS[n]);
                MemorySegment segment = MemorySegment.ofArray(values);
                NoiseKernel.multiply(source, OFFSETS[n % OFFSETS.length], segment, segment, values.length);
                NoiseKernel.add(source, 3, segment, segment, values.length);
                update(values);
            }
        }
    }

    private void products() {
        for (int[] shape : PRODUCTS) {
            int rows = shape[0];
            int inner = shape[1];
            int columns = shape[2];
            float[] product = new float[rows * columns];
            Matrix a = matrix(rows, inner);
            Matrix b = matrix(inner, columns);
            Matrix c = Matrix.of(MemorySegment.ofArray(product), rows, columns);
            MatrixProduct.multiply(a, b, c);
            update(product);
            MatrixProduct.multiplyAdd(
                    matrix(inner, rows).transpose(), matrix(columns, inner).transpose(), c);
            update(product);
        }
    }

    /** Every operation on every data type, in native memory. */
    private void operations() {
        int elements = 300;
        MaskSource mask = new BernoulliMask(Rate.drop(.1), new Key(2026, 12));
        Workers one = Workers.NONE;
        for (DType type : DType.values()) {
            MemorySegment src = typed(type, activations(elements));
            MemorySegment other = typed(type, values(elements));
            MemorySegment dst = NATIVE.allocate(src.byteSize());
            DropoutKernel.forward(mask, type, 7, src, dst, elements, one);
            update(dst);
            StandardDropout.forward(mask, type, 7, src, dst, elements, one);
            update(dst);
            AlphaDropout.forward(mask, type, 7, src, dst, elements, one);
            update(dst);
            AlphaDropout.backward(mask, type, 7, src, dst, elements, one);
            update(dst);
            ResidualDropout.forward(mask, type, 7, src, other, dst, elements, one);
            update(dst);
            Zoneout.forward(mask, type, 7, src, other, dst, elements, one);
            update(dst);
            Zoneout.backwardPrevious(mask, type, 7, src, dst, elements, one);
            update(dst);
        }
    }

    private static MemorySegment typed(DType type, float[] values) {
        MemorySegment segment = NATIVE.allocate((long) type.bytes() * values.length, 64);
        for (int i = 0; i < values.length; i++) {
            float value = values[i];
            switch (type) {
                case FLOAT32 -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
                case FLOAT64 -> segment.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
                case BFLOAT16 ->
                    segment.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(value) >>> 16));
                case FLOAT16 -> segment.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(value));
            }
        }
        return segment;
    }

    /** The random bits of a chunk are made while the one before is applied. */
    private void chunksDrawnAhead() {
        int columns = 150;
        int rows = 2 * 4096 / columns + 1;
        int elements = rows * columns;
        DType type = DType.FLOAT32;
        Workers one = Workers.NONE;
        MemorySegment src = typed(type, activations(elements));
        MemorySegment bias = typed(type, values(columns));
        MemorySegment dst = NATIVE.allocate(src.byteSize(), 64);
        for (double rate : new double[] {.1, .5}) {
            MaskSource mask = new BernoulliMask(Rate.drop(rate), new Key(2026, 13));
            DropoutKernel.forward(mask, 128, src, dst, elements);
            update(dst);
            StandardDropout.forward(mask, type, 0, src, dst, elements, one);
            update(dst);
            AlphaDropout.forward(mask, type, 0, src, dst, elements, one);
            update(dst);
            Zoneout.backwardPrevious(mask, type, 0, src, dst, elements, one);
            update(dst);
            BiasActivationDropout.forward(mask, 0, Activation.RELU, src, bias, dst, rows, columns);
            update(dst);
        }
    }

    private void chains() {
        int rows = 9;
        int columns = 37;
        int elements = rows * columns;
        MaskSource mask = new BernoulliMask(Rate.drop(.1), new Key(2026, 14));
        MemorySegment src = floats(elements);
        MemorySegment gradient = floats(elements);
        MemorySegment bias = floats(columns);
        MemorySegment dst = MemorySegment.ofArray(new float[elements]);
        MemorySegment sum = MemorySegment.ofArray(new float[elements]);
        MemorySegment ofColumns = MemorySegment.ofArray(new float[columns]);
        MemorySegment moreOfColumns = MemorySegment.ofArray(new float[columns]);
        for (Activation activation : List.of(Activation.RELU, Activation.GELU)) {
            BiasActivationDropout.forward(mask, 3, activation, src, bias, dst, rows, columns);
            update(dst);
            BiasActivationDropout.backward(mask, 3, activation, src, bias, gradient, dst, ofColumns, rows, columns);
            update(dst);
            update(ofColumns);
        }
        int many = 900; // two parts of the sums
        BiasKernel.backward(floats(many * columns), ofColumns, many, columns);
        update(ofColumns);
        LayerNorm norm = new LayerNorm(floats(columns), bias, columns, 1e-5f);
        MemorySegment mean = MemorySegment.ofArray(new float[rows]);
        MemorySegment rstd = MemorySegment.ofArray(new float[rows]);
        DropoutResidualLayerNorm.forward(mask, 3, norm, src, gradient, sum, dst, mean, rstd, rows, Workers.NONE);
        update(sum);
        update(dst);
        DropoutResidualLayerNorm.backward(
                mask, 3, norm, sum, mean, rstd, gradient, dst, sum, ofColumns, moreOfColumns, rows, Workers.NONE);
        update(dst);
        update(sum);
        update(ofColumns);
        update(moreOfColumns);
    }

    private void attention() {
        MaskSource mask = new BernoulliMask(Rate.drop(.1), new Key(2026, 15));
        AttentionShape shape = AttentionShape.of(AttentionScores.of(1, 5, 21).causally(), 8);
        int elements = 5 * 21;
        MemorySegment scores = floats(elements);
        MemorySegment probabilities = MemorySegment.ofArray(new float[elements]);
        SoftmaxDropout.forward(mask, 3, shape.scores(), scores, probabilities);
        update(probabilities);
        SoftmaxDropout.backward(mask, 3, shape.scores(), scores, floats(elements), probabilities);
        update(probabilities);
        var operands = new AttentionOperands(floats(5 * 8), floats(21 * 8), floats(21 * 8));
        MemorySegment output = MemorySegment.ofArray(new float[5 * 8]);
        MemorySegment logSums = MemorySegment.ofArray(new float[5]);
        Attention.forward(mask, 3, shape, operands, output, logSums);
        update(output);
        update(logSums);
        var gradients = new AttentionOperands(
                MemorySegment.ofArray(new float[5 * 8]),
                MemorySegment.ofArray(new float[21 * 8]),
                MemorySegment.ofArray(new float[21 * 8]));
        Attention.backward(mask, 3, shape, operands, output, logSums, floats(5 * 8), gradients);
        update(gradients.queries());
        update(gradients.keys());
        update(gradients.values());
    }

    private void dropConnect() {
        int examples = 6;
        int in = 9;
        int out = 7;
        DropConnect weights = DropConnect.perBlock(new BernoulliMask(Rate.drop(.5), new Key(2026, 16)), 2);
        Matrix x = matrix(examples, in);
        Matrix w = matrix(out, in);
        Matrix y = matrix(examples, out);
        Matrix variance = matrix(examples, out);
        Epilogue epilogue = Epilogue.NONE.bias(floats(out)).activation(Activation.RELU);
        DropConnectProduct.multiply(weights, x, w.transpose(), y, epilogue, Workers.NONE);
        update(y.segment());
        DropConnectProduct.addWeightGradient(weights, y.transpose(), x, w, Workers.NONE);
        update(w.segment());
        DropConnectProduct.moments(weights, x, w.transpose(), y, variance, Workers.NONE);
        update(y.segment());
        update(variance.segment());
    }

    private void learnedRates() {
        int elements = 333;
        Key key = new Key(2026, 17);
        Workers one = Workers.NONE;
        MemorySegment src = floats(elements);
        MemorySegment gradient = floats(elements);
        MemorySegment dst = MemorySegment.ofArray(new float[elements]);
        MemorySegment more = MemorySegment.ofArray(new float[elements]);
        var concrete = new ConcreteMask(ConcreteRate.ofLogit(-1.5, .2), key);
        ConcreteDropout.forward(concrete, 3, src, dst, elements);
        update(dst);
        update(ConcreteDropout.backward(concrete, 3, src, gradient, dst, elements));
        update(dst);
        MemorySegment logAlpha = floats(1);
        VariationalDropout.forward(key, 3, Sharing.ALL, logAlpha, src, dst, elements, one);
        update(dst);
        VariationalDropout.backward(key, 3, Sharing.ALL, logAlpha, src, gradient, dst, more, elements, one);
        update(dst);
        update(more);
        update(VariationalDropout.divergence(src, elements, one));
        SparseVariationalDropout.logAlpha(src, gradient, dst, elements, one);
        update(dst);
        update(SparseVariationalDropout.divergence(src, gradient, elements, one));
    }

    /** Numbers from -2 to 2. */
    private static float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (Philox4x32.word0(count, 5, i) >> 8) * 0x1p-22f;
        }
        return values;
    }

    private static MemorySegment floats(int count) {
        return MemorySegment.ofArray(values(count));
    }

    private static Matrix matrix(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (Philox4x32.word0(rows, columns, i) >> 8) * 0x1p-20f;
        }
        return Matrix.of(MemorySegment.ofArray(values), rows, columns);
    }

    /** Values of all magnitudes with NaN, infinities and -0.0 among them. */
    private static float[] activations(int elements) {
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = switch (i % 29) {
                case 3 -> Float.NaN;
                case 11 -> Float.POSITIVE_INFINITY;
                case 17 -> Float.NEGATIVE_INFINITY;
                case 23 -> -0.0f;
                case 27 -> Float.MIN_VALUE;
                default -> Math.scalb((i % 2 == 0 ? 1f : -1f) * (1 + i), i % 60 - 30);
            };
        }
        return values;
    }

    private void update(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        digest.update(bytes);
    }

    private void update(MemorySegment segment) {
        digest.update(segment.toArray(ValueLayout.JAVA_BYTE));
    }

    private void update(double value) {
        digest.update(ByteBuffer.allocate(Double.BYTES).putDouble(0, value));
    }
}
