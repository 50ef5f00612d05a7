package io.github.lanedrop.bench.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What Linux says of a CPU; the lines are as it writes them. */
final class CpuTest {
    static final List<String> VBMI = List.of(
            "processor\t: 0",
            "model name\t: AMD EPYC 9R14",
            "flags\t\t: fpu sse4_2 fma avx2 bmi2 avx512f avx512vbmi avx512_vbmi2",
            "",
            "processor\t: 1",
            "model name\t: another",
            "flags\t\t: fpu");

    @Test
    void x86() {
        Cpu cpu = Cpu.of(VBMI);
        assertThat(cpu.model()).hasValue("AMD EPYC 9R14");
        assertThat(cpu.features().orElseThrow())
                .containsExactly("sse4_2", "fma", "avx2", "bmi2", "avx512f", "avx512vbmi", "avx512_vbmi2");
        assertThat(cpu.has("avx512vbmi")).isTrue();
        assertThat(cpu.has("sve")).isFalse();
        assertThat(cpu.unread()).isEmpty();
        assertThat(cpu.architecture()).isEqualTo(System.getProperty("os.arch"));
        assertThat(cpu.processors()).isPositive();
    }

    @Test
    void armHasFeaturesButNoName() {
        Cpu cpu = Cpu.of(List.of("Features\t: fp asimd sve sve2", "CPU implementer\t: 0x41"));
        assertThat(cpu.model()).isEmpty();
        assertThat(cpu.features().orElseThrow()).containsExactly("asimd", "sve", "sve2");
        assertThat(cpu.unread()).hasValueSatisfying(unread -> assertThat(unread).contains("model", "not in"));
    }

    @Test
    void elsewhereItSaysWhatIsMissing() {
        Cpu cpu = Cpu.of(List.of());
        assertThat(cpu.features()).isEmpty();
        assertThat(cpu.has("avx2")).isFalse();
        assertThat(cpu.unread())
                .hasValueSatisfying(unread -> assertThat(unread).contains("model and features", "there is no"));
    }
}
