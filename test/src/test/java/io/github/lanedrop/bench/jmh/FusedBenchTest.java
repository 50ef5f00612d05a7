package io.github.lanedrop.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Activation;
import io.github.lanedrop.kernels.Rate;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The benchmark computes what it says, and fused and unfused chains the same. */
final class FusedBenchTest {
    private static FusedBench bench(Activation activation) {
        FusedBench bench = new FusedBench();
        bench.elements = 10_000;
        bench.activation = activation;
        bench.setUp();
        return bench;
    }

    private static float[] values(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_FLOAT);
    }

    @Test
    void elementsAreRoundedUpToRows() {
        assertThat(bench(Activation.RELU).rows).isEqualTo(14);
        assertThat(values(bench(Activation.RELU).src)).hasSize(14 * FusedBench.COLUMNS);
    }

    @Test
    void dropoutDropsATenth() {
        FusedBench bench = bench(Activation.RELU);
        bench.dropout();
        float[] src = values(bench.src);
        float[] dst = values(bench.dst);
        float scale = (float) Rate.drop(.1).scale();
        int dropped = 0;
        for (int i = 0; i < dst.length; i++) {
            assertThat(dst[i]).isIn(0f, src[i] * scale);
            dropped += dst[i] == 0 ? 1 : 0;
        }
        double sigma = Math.sqrt(dst.length * .1 * .9);
        assertThat(Math.abs(dropped - dst.length * .1)).isLessThan(6 * sigma + dst.length / 1001. + 1);
    }

    @ParameterizedTest
    @EnumSource
    void fusedAndUnfusedChainsAgree(Activation activation) {
        FusedBench bench = bench(activation);
        bench.biasActivationDropout();
        float[] fused = values(bench.dst);
        bench.biasActivationDropoutUnfused();
        assertThat(values(bench.dst)).isEqualTo(fused);
        bench.activation();
        float[] activated = values(bench.dst);
        assertThat(activated).isNotEqualTo(fused);
        bench.biasActivationDropoutBackward();
        assertThat(values(bench.dst)).isNotEqualTo(activated).isNotEqualTo(fused);
        assertThat(values(bench.columns)).doesNotContain(Float.NaN);
    }

    @Test
    void normalisationsAgree() {
        FusedBench bench = bench(Activation.GELU);
        bench.dropoutResidualLayerNorm();
        float[] fused = values(bench.dst);
        bench.dst.fill((byte) 0);
        bench.dropoutResidualLayerNormUnfused();
        assertThat(values(bench.dst)).isEqualTo(fused);
        float[] sum = values(bench.sum);
        bench.sum.fill((byte) 0);
        bench.dropoutResidualLayerNormWithSum();
        assertThat(values(bench.dst)).isEqualTo(fused);
        assertThat(values(bench.sum)).isEqualTo(sum);
        bench.layerNorm();
        assertThat(values(bench.dst)).isNotEqualTo(fused).doesNotContain(Float.NaN);
        bench.dropoutResidualLayerNormBackward();
        assertThat(values(bench.sum)).isNotEqualTo(sum).doesNotContain(Float.NaN);
    }
}
