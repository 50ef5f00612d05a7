package io.github.lanedrop.bench.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Kernels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What to do, for machines other than this one. */
final class AdviceTest {
    private static final Cpu VBMI = Cpu.of(CpuTest.VBMI);
    private static final Cpu NO_VBMI =
            Cpu.of(List.of("model name : Xeon", "flags : avx2 avx512f avx512_vbmi2")); // not the one that counts
    private static final Cpu AVX2 = Cpu.of(List.of("model name : Core", "flags : avx2"));
    private static final Cpu UNKNOWN = Cpu.of(List.of());

    private static Kernels.Path vector(int bits, String reason) {
        return new Kernels.Path(true, bits, reason, false, "permutes were not chosen");
    }

    private static Kernels.Path scalar(String reason) {
        return new Kernels.Path(false, 0, reason, false, "permutes need the SIMD path at 512 bits");
    }

    @Test
    void nothingToDoWhereAllIsWell() {
        assertThat(Advice.of(true, true, VBMI, new Kernels.Path(true, 512, "widest", true, "VBMI"), true))
                .isEmpty();
        assertThat(Advice.of(true, true, AVX2, vector(256, "widest"), true)).isEmpty();
    }

    @Test
    void failedSelfTestComesBeforeAllElse() {
        assertThat(Advice.of(true, true, AVX2, scalar("the CPU's preferred vectors have this width"), false))
                .singleElement()
                .asString()
                .contains("-Dlanedrop.path=scalar", "report");
    }

    @Test
    void withoutFusedMultiplyAdds() {
        assertThat(Advice.of(true, false, AVX2, vector(256, "widest"), true))
                .singleElement()
                .asString()
                .contains("UseFMA", "activations");
    }

    @Test
    void missingModule() {
        assertThat(Advice.of(false, true, AVX2, scalar("no module"), true))
                .singleElement()
                .asString()
                .contains("--add-modules jdk.incubator.vector");
    }

    @Test
    void scalarForAReason() {
        assertThat(Advice.of(true, true, AVX2, scalar("this JVM runs without C2"), true))
                .singleElement()
                .asString()
                .contains("this JVM runs without C2")
                .doesNotContain("leave it out");
        assertThat(Advice.of(true, true, AVX2, scalar("-Dlanedrop.path=scalar was given"), true))
                .singleElement()
                .asString()
                .contains("-Dlanedrop.path=scalar was given; leave it out");
    }

    @Test
    void narrowerThanTheCpu() {
        assertThat(Advice.of(true, true, NO_VBMI, vector(256, "the CPU's preferred vectors have this width"), true))
                .singleElement()
                .asString()
                .contains("256 bits", "-XX:UseAVX=3");
        assertThat(Advice.of(true, true, NO_VBMI, vector(256, "-Dlanedrop.vectorBits=256 was given"), true))
                .singleElement()
                .asString()
                .contains("leave it out")
                .doesNotContain("UseAVX");
    }

    @Test
    void patternsOneByOne() {
        assertThat(Advice.of(true, true, VBMI, vector(512, "widest"), true))
                .singleElement()
                .asString()
                .contains("try -Dlanedrop.patterns=permute");
        assertThat(Advice.of(true, true, NO_VBMI, vector(512, "widest"), true))
                .singleElement()
                .asString()
                .contains("nothing to do");
        assertThat(Advice.of(true, true, UNKNOWN, vector(512, "widest"), true))
                .hasSize(2)
                .first()
                .asString()
                .contains("If this CPU has AVX-512 VBMI, -Dlanedrop.patterns=permute");
    }

    @Test
    void unreadCpuIsSaid() {
        assertThat(Advice.of(true, true, UNKNOWN, vector(128, "widest"), true))
                .singleElement()
                .asString()
                .contains("could not be read");
    }
}
