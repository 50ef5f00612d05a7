package io.github.lanedrop;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.BroadcastMask;
import io.github.lanedrop.kernels.BroadcastShape;
import io.github.lanedrop.kernels.ByteMask;
import io.github.lanedrop.kernels.DropBlock;
import io.github.lanedrop.kernels.DropBlockMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.ExactCountMask;
import io.github.lanedrop.kernels.GaussianNoise;
import io.github.lanedrop.kernels.KernelFamily;
import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.kernels.MaskSource;
import io.github.lanedrop.kernels.Matrix;
import io.github.lanedrop.kernels.MatrixProduct;
import io.github.lanedrop.kernels.NoiseKernel;
import io.github.lanedrop.kernels.NoiseSource;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.RowKeyedMask;
import io.github.lanedrop.kernels.TokenTypeMask;
import io.github.lanedrop.kernels.UniformNoise;
import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.MemorySegment;
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
}
