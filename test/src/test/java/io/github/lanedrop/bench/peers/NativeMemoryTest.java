package io.github.lanedrop.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process is told by its environment what malloc is to do with memory that was freed. */
final class NativeMemoryTest {
    @TempDir
    private Path folder;

    @Test
    void aProcessKnowsWhatItsMallocWasTold() throws Exception {

        for (NativeMemory memory : NativeMemory.values()) {
            Path out = folder.resolve(memory.name());
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Told.class.getName())
                    .redirectOutput(out.toFile());
            Map<String, String> environment = builder.environment();
            environment.keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
            environment.keySet().removeAll(NativeMemory.REUSED.environment().keySet());
            environment.putAll(memory.environment());
            assertThat(builder.start().waitFor()).isZero();
            assertThat(Files.readString(out)).isEqualTo(memory.name());
        }
    }

    /** Says what the process was told. */
    static final class Told {
        private Told() {}

        public static void main(String[] arguments) {
            System.out.print(NativeMemory.current());
        }
    }
}
