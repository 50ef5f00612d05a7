package io.github.lanedrop.kernels.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Loops that C2 vectorises against the definition of every operation, bit for bit. */
final class LaneLoopTest {
    private static final int[] COUNTS = {0, 1, 2, 7, 8, 9, 63, 64, 65, 255, 640};

    private final LaneScratch scratch = new LaneScratch(640);

    /** All there can be, whether a kernel uses them or not. */
    static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        for (int flags = 0; flags < 32; flags++) {
            for (Otherwise otherwise : Otherwise.values()) {
                operations.add(new Operation(
                        (flags & 1) != 0,
                        (flags & 2) != 0,
                        otherwise,
                        (flags & 4) != 0,
                        (flags & 8) != 0,
                        (flags & 16) != 0));
            }
        }
        return operations;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void equalsTheDefinitionOnFloats(Operation operation) {
        ArrayLoop definition = Loops.scalar(operation);
        LaneLoop lanes = Loops.lanes(operation);
        Random random = new Random(11);
        byte[] bits = new byte[100];
        for (int elements : COUNTS) {
            for (int bitsAt = 0; bitsAt < 3; bitsAt++) {
                random.nextBytes(bits);
                int rounded = (elements + 7) & -8;
                float[] expected = floats(random, rounded + 2);
                float[] operand = floats(random, rounded + 2);
                float[] x = expected.clone();
                MemorySegment xBytes = MemorySegment.ofArray(x);
                MemorySegment operandBytes = MemorySegment.ofArray(operand);
                definition.run(expected, operand, 0, rounded, bits, bitsAt, 1.25f, -.3f, .7f);
                lanes.run(x, xBytes, operand, operandBytes, elements, bits, bitsAt, scratch, 1.25f, -.3f, .7f);
                assertThat(bits(x)).as("%d elements", elements).isEqualTo(bits(expected));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void equalsTheDefinitionOnDoubles(Operation operation) {
        ArrayLoop definition = Loops.scalar(operation);
        LaneLoop lanes = Loops.lanes(operation);
        Random random = new Random(12);
        byte[] bits = new byte[100];
        for (int elements : COUNTS) {
            for (int bitsAt = 0; bitsAt < 3; bitsAt++) {
                random.nextBytes(bits);
                int rounded = (elements + 7) & -8;
                double[] expected = doubles(random, rounded + 2);
                double[] operand = doubles(random, rounded + 2);
                double[] x = expected.clone();
                MemorySegment xBytes = MemorySegment.ofArray(x);
                MemorySegment operandBytes = MemorySegment.ofArray(operand);
                definition.run(expected, operand, 0, rounded, bits, bitsAt, 1.25, -.3, .7);
                lanes.run(x, xBytes, operand, operandBytes, elements, bits, bitsAt, scratch, 1.25, -.3, .7);
                assertThat(bits(x)).as("%d elements", elements).isEqualTo(bits(expected));
            }
        }
    }

    /** Half of them between floats, so that it shows where doubles are rounded to these. */
    private static double[] doubles(Random random, int count) {
        float[] floats = floats(random, count);
        double[] doubles = new double[count];
        for (int i = 0; i < count; i++) {
            doubles[i] = floats[i] * (1 + random.nextInt(2) * 1e-10);
        }
        return doubles;
    }

    private static long[] bits(double[] doubles) {
        return Arrays.stream(doubles).mapToLong(Double::doubleToRawLongBits).toArray();
    }

    private static float[] floats(Random random, int count) {
        float[] special = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 0f, Float.MAX_VALUE};
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            int which = random.nextInt(3 * special.length);
            floats[i] = which < special.length ? special[which] : (float) random.nextGaussian();
        }
        return floats;
    }

    private static int[] bits(float[] floats) {
        int[] bits = new int[floats.length];
        for (int i = 0; i < floats.length; i++) {
            bits[i] = Float.floatToRawIntBits(floats[i]);
        }
        return bits;
    }
}
