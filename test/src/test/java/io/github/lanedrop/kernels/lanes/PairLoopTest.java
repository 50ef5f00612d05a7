package io.github.lanedrop.kernels.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Floats selected in pairs against the definition of every operation, bit for bit. */
final class PairLoopTest {
    /** All there can be, whether a kernel uses them or not. */
    static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        for (int flags = 0; flags < 16; flags++) {
            for (Otherwise otherwise : Otherwise.values()) {
                operations.add(new Operation(
                        (flags & 1) != 0, (flags & 2) != 0, otherwise, (flags & 4) != 0, (flags & 8) != 0));
            }
        }
        return operations;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void equalsTheDefinition(Operation operation) {
        ArrayLoop definition = Loops.scalar(operation);
        PairLoop pairs = Loops.pairs(operation);
        Random random = new Random(11);
        byte[] bits = new byte[100];
        for (int elements : new int[] {0, 1, 2, 7, 8, 9, 63, 64, 65, 255, 640}) {
            for (int bitsAt = 0; bitsAt < 3; bitsAt++) {
                random.nextBytes(bits);
                int rounded = (elements + 7) & -8;
                float[] expected = floats(random, rounded + 2);
                float[] operand = floats(random, rounded + 2);
                float[] x = expected.clone();
                definition.run(expected, operand, 0, rounded, bits, bitsAt, 1.25f, -.3f, .7f);
                pairs.run(
                        x,
                        MemorySegment.ofArray(x),
                        operand,
                        MemorySegment.ofArray(operand),
                        elements,
                        bits,
                        bitsAt,
                        1.25f,
                        -.3f,
                        .7f);
                assertThat(bits(x)).as("%d elements", elements).isEqualTo(bits(expected));
            }
        }
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
