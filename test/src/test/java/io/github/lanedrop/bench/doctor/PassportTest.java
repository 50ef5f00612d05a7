package io.github.lanedrop.bench.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The passport, on machines made up. */
final class PassportTest {
    @TempDir
    Path root = Path.of("");

    private void write(String file, String content) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private Passport read() {
        return Passport.read(
                root,
                Cpu.of(List.of("model name : a CPU", "flags : fpu avx2 hypervisor")),
                new Jdk(
                        "25.0.1+8",
                        "a vendor",
                        "a VM",
                        List.of("-Dlanedrop.home=/home/somebody/lanedrop", "-Dlanedrop.path=auto", "-Xmx4g"),
                        new TreeMap<>()),
                "0123abc");
    }

    @Test
    void aMachineIsRead() throws IOException {
        String cpu = "sys/devices/system/cpu/";
        write("proc/cpuinfo", "model name : a CPU\nflags\t\t: fpu avx2 hypervisor\n");
        write("proc/meminfo", "MemTotal:       16384000 kB\nMemFree: 1 kB\n");
        write(cpu + "cpu0/cpufreq/scaling_governor", "performance\n");
        write(cpu + "smt/active", "1\n");
        write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        String[][] caches = {{"1", "Data", "32K"}, {"1", "Instruction", "32K"}, {"2", "Unified", "1024K"}};
        for (int i = 0; i < caches.length; i++) {
            write(cpu + "cpu0/cache/index" + i + "/level", caches[i][0] + "\n");
            write(cpu + "cpu0/cache/index" + i + "/type", caches[i][1] + "\n");
            write(cpu + "cpu0/cache/index" + i + "/size", caches[i][2] + "\n");
        }
        Passport passport = read();
        assertThat(passport.cpu()).isEqualTo("a CPU");
        assertThat(passport.features()).containsExactly("avx2");
        assertThat(passport.caches()).containsExactly("L1 data 32K", "L2 1024K");
        assertThat(passport.governor()).isEqualTo("performance");
        assertThat(passport.hyperThreads()).isEqualTo("yes");
        assertThat(passport.virtualised()).isEqualTo("yes");
        assertThat(passport.memory()).isEqualTo("16 GiB");
        assertThat(passport.hugePages()).isEqualTo("madvise");
        assertThat(passport.commit()).isEqualTo("0123abc");
        assertThat(passport.path()).contains(Kernels.describe().reason());
        assertThat(passport.options()).containsExactly("-Dlanedrop.path=auto", "-Xmx4g");
        assertThat(passport.toString()).doesNotContain("somebody", root.toString());
    }

    @Test
    void whatCannotBeReadIsUnknown() {
        Passport passport = read();
        assertThat(List.of(
                        passport.governor(),
                        passport.hyperThreads(),
                        passport.virtualised(),
                        passport.memory(),
                        passport.hugePages()))
                .containsOnly(Passport.UNKNOWN);
        assertThat(passport.caches()).isEmpty();
    }

    @Test
    void bareMetalShowsNoHypervisor() throws IOException {
        write("proc/cpuinfo", "flags : fpu avx2\nbugs : hypervisor\n");
        assertThat(read().virtualised()).isEqualTo("no sign of it");
    }

    @Test
    void withoutGitTheCommitIsUnknown() {
        assertThat(Passport.read(root).commit()).isEqualTo(Passport.UNKNOWN);
    }

    @Test
    void noHostAndNoUser() {
        String passport = Passport.read(Path.of("..")).toString();
        assertThat(passport).doesNotContain(System.getProperty("user.dir"), System.getProperty("java.home"));
    }
}
