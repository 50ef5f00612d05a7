package io.github.lanedrop.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that need libraries are built when they are asked for, and by nobody else. */
final class PeerModulesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    @Test
    void aModuleTellsItsClassPathOnceBuilt() throws IOException {
        Path module = Files.createDirectories(folder.resolve("bench/peers/torch/target"));
        Files.createFile(folder.resolve("bench/peers/torch/pom.xml"));
        Files.createFile(folder.resolve("bench/peers/pom.xml"));
        Files.createDirectories(folder.resolve("bench/peers/left-over/target"));
        PeerModules modules = new PeerModules(folder);
        assertThat(modules.names()).containsExactly("torch");
        assertThatThrownBy(() -> modules.classPath("torch"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("peer torch is not built: run \"./build run bench --peers torch\"");
        Files.writeString(module.resolve("dependencies.classpath"), "a.jar:b.jar\n");
        assertThat(modules.classPath("torch")).isEqualTo(module.resolve("classes") + ":a.jar:b.jar");
        assertThat(modules.jvmOptions("torch")).contains("-Dorg.bytedeco.javacpp.cachedir=" + module.resolve("cache"));
    }

    /** A module without a profile could not be built, one with a line among the modules would be for everybody. */
    @Test
    void everyModuleOfAPeerIsReachedByItsProfileAlone() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        String readme = Files.readString(ROOT.resolve("bench/peers/README.md"));
        String everybodys = pom.substring(0, pom.indexOf("<profiles>"));
        assertThat(everybodys).doesNotContain("<module>bench/peers");
        List<String> names = new PeerModules(ROOT).names();
        assertThat(names).contains("torch", "djl");
        for (String name : names) {
            assertThat(pom.replaceAll("\\s+", ""))
                    .contains("<profile><id>peer-" + name + "</id><modules><module>bench/peers/" + name
                            + "</module></modules></profile>");
            assertThat(readme).contains("| `" + name + "` |");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--peers=tortch", "--peers=none,tortch", "--peers=../tortch"})
    void theScriptRefusesAnUnknownPeerBeforeItBuildsAnything(String option) throws Exception {
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(ROOT.resolve("build").toString(), "run", "bench", "--quick", option)
                .redirectError(err.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(Files.readString(err)).matches("build: no peer \".*tortch\": there are ([a-z0-9-]+, )*or none\n");
    }
}
