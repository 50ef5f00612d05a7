package io.github.lanedrop.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TensorTest {
    @Test
    void isRowMajorAlignedAndLittleEndian() {
        Tensor tensor = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(tensor.segment().address() % 64).isZero();
        assertThat(tensor.segment().byteSize()).isEqualTo(24);
        assertThat(tensor.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .startsWith(0, 0, (byte) 0x80, 0x3F, 0, 0, 0, 0x40);
        assertThat(tensor.get(5)).isEqualTo(6f);
        assertThat(tensor.rank()).isEqualTo(2);
        assertThat(tensor.dimension(1)).isEqualTo(3);
        assertThat(tensor.elements()).isEqualTo(6);
        assertThat(tensor).hasToString("Tensor[2, 3]");
    }

    @Test
    void copiesWhatItIsMadeOf() {
        float[] values = {1, 2};
        int[] shape = {2};
        Tensor tensor = Tensor.of(values, shape);
        values[0] = 9;
        shape[0] = 9;
        tensor.shape()[0] = 9;
        tensor.toArray()[0] = 9;
        tensor.copy().set(0, 9);
        assertThat(tensor.toArray()).containsExactly(1, 2);
        assertThat(tensor.shape()).containsExactly(2);
    }

    @Test
    void viewsShareMemory() {
        byte[] memory = new byte[30];
        Tensor whole = Tensor.over(MemorySegment.ofArray(memory), 3, 2);
        assertThat(whole.segment().byteSize()).isEqualTo(24);
        Tensor part = whole.rows(1, 3);
        part.reshape(4).set(2, 1f);
        assertThat(part.shape()).containsExactly(2, 2);
        assertThat(whole.toArray()).containsExactly(0, 0, 0, 0, 1, 0);
        assertThat(memory[19]).isEqualTo((byte) 0x3F);
        assertThat(whole.rows(2, 2).shape()).containsExactly(0, 2);
        assertThat(whole.matrix().rows()).isEqualTo(3);
        assertThat(whole.matrix().columns()).isEqualTo(2);
    }

    @Test
    void emptyAxesAndScalars() {
        assertThat(Tensor.zeros(3, 0, 2).toArray()).isEmpty();
        assertThat(Tensor.zeros(0, Integer.MAX_VALUE).elements()).isZero();
        assertThat(Tensor.zeros(0, 4).rows(0, 0).shape()).containsExactly(0, 4);
        assertThat(Tensor.zeros().toArray()).containsExactly(0);
        assertThatIllegalStateException().isThrownBy(() -> Tensor.zeros().rows(0, 0));
    }

    @Test
    void concatenatesRows() {
        Tensor whole = Samples.tensor(1, 5, 2);
        Tensor joined = Tensor.concatenate(List.of(whole.rows(0, 2), whole.rows(2, 2), whole.rows(2, 5)));
        assertThat(joined.shape()).containsExactly(5, 2);
        assertThat(joined.toArray()).isEqualTo(whole.toArray());
    }

    @Test
    void errorsNameExpectationAndActual() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(2, -1))
                .withMessage("shape must have sizes of 0 or more, got [2, -1]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(1 << 30, 1 << 30, 2))
                .withMessage("shape must have fewer than 2^61 elements, got [1073741824, 1073741824, 2]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(1 << 30, 1 << 30, 1 << 30, 0))
                .withMessageContaining("fewer than 2^61");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(new float[3], 2, 2))
                .withMessage("values must hold 4 elements for the shape [2, 2], got 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.over(MemorySegment.ofArray(new byte[15]), 4))
                .withMessage("segment must hold at least 16 bytes for the shape [4], got 15");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(4).reshape(5))
                .withMessage("shape must have 4 elements as [4] has, got [5]");
        assertThatIllegalStateException()
                .isThrownBy(() -> Tensor.zeros(4).matrix())
                .withMessage("rank must be 2 to be a matrix, got the shape [4]");
        assertThatThrownBy(() -> Tensor.zeros(4).get(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Tensor.zeros(4).set(-1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Tensor.zeros(4).dimension(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Tensor.zeros(4, 2).rows(3, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
