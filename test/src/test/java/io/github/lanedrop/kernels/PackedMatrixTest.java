package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.ProductForms.assertSame;
import static io.github.lanedrop.kernels.ProductForms.floats;
import static io.github.lanedrop.kernels.ProductForms.gaussian;
import static io.github.lanedrop.kernels.ProductForms.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.Memory.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ConstantDescs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operands that are packed once. */
@Tag("paths")
final class PackedMatrixTest {
    private static final List<Kind> KINDS = List.of(Kind.values());

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "4, 3, 10",
        "40, 3, 10",
        "17, 31, 33",
        "100, 64, 64",
        "3, 129, 520",
        "9, 1024, 40",
        "9, 1025, 40",
        "70, 2100, 17",
        "8, 0, 5",
        "0, 4, 4",
        "4, 4, 0"
    })
    void sameBitsAsTheMatrix(int rows, int inner, int columns) {
        var random = new Random(31);
        float[] a = gaussian(random, rows * inner);
        float[] b = gaussian(random, inner * columns);
        float[] start = gaussian(random, rows * columns);
        for (Kind kind : KINDS) {
            for (boolean transposed : new boolean[] {false, true}) {
                PackedMatrix packed = PackedMatrix.of(matrix(kind, b, inner, columns, transposed));
                assertThat(packed.rows()).isEqualTo(inner);
                assertThat(packed.columns()).isEqualTo(columns);
                Matrix c = matrix(kind, start, rows, columns, false);
                var workers = new Workers(Runnable::run, 1 + KINDS.indexOf(kind));
                String what = kind + (transposed ? ", transposed" : "");
                MatrixProduct.multiplyAdd(matrix(a, rows, inner, transposed), packed, c, workers);
                assertSame(floats(c), ProductForms.multiply(a, b, start, rows, inner, columns), what + ", added");
                MatrixProduct.multiply(matrix(a, rows, inner, transposed), packed, c, workers);
                float[] zeros = new float[rows * columns];
                assertSame(floats(c), ProductForms.multiply(a, b, zeros, rows, inner, columns), what);
            }
        }
    }

    @Test
    void doesNotFollowLaterChanges() {
        float[] b = {1, 2, 3, 4};
        PackedMatrix packed = PackedMatrix.of(Matrix.of(MemorySegment.ofArray(b), 2, 2));
        b[0] = 100;
        float[] c = new float[2];
        MatrixProduct.multiply(
                Matrix.of(MemorySegment.ofArray(new float[] {1, 1}), 1, 2),
                packed,
                Matrix.of(MemorySegment.ofArray(c), 1, 2),
                Workers.NONE);
        assertThat(c).containsExactly(4, 6);
    }

    @Test
    void refusesAClosedArenaAndShapesThatDoNotFit() {
        Arena arena = Arena.ofConfined();
        Matrix closed = Matrix.of(arena.allocate(16), 2, 2);
        PackedMatrix packed = PackedMatrix.of(closed);
        arena.close();
        assertThatThrownBy(() -> PackedMatrix.of(closed)).isInstanceOf(IllegalStateException.class);
        float[] c = {1, 2, 3};
        Matrix row = matrix(new float[3], 1, 3, false);
        assertThatThrownBy(() ->
                        MatrixProduct.multiply(row, packed, Matrix.of(MemorySegment.ofArray(c), 1, 3), Workers.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shapes must be (M x K) * (K x N) = (M x N), got 1 x 3 * 2 x 2 = 1 x 3");
        assertThat(c).containsExactly(1, 2, 3);
    }

    /** What is filled after its constructor, a thread that gets the object by a race may not see. */
    @Test
    void everythingIsFilledBeforeTheConstructorEnds() throws IOException {
        List<Instruction> instructions;
        try (InputStream file = Objects.requireNonNull(PackedMatrix.class.getResourceAsStream("PackedMatrix.class"))) {
            instructions = ClassFile.of().parse(file.readAllBytes()).methods().stream()
                    .filter(method -> method.methodName().equalsString("of"))
                    .flatMap(method -> method.code().orElseThrow().elementStream())
                    .filter(Instruction.class::isInstance)
                    .map(Instruction.class::cast)
                    .toList();
        }
        assertThat(instructions).hasSizeGreaterThan(2);
        assertThat(instructions.getLast().opcode()).isEqualTo(Opcode.ARETURN);
        assertThat(instructions.get(instructions.size() - 2)).isInstanceOfSatisfying(InvokeInstruction.class, last -> {
            assertThat(last.name().equalsString(ConstantDescs.INIT_NAME)).isTrue();
            assertThat(last.owner().asInternalName()).endsWith("/PackedMatrix");
        });
    }
}
