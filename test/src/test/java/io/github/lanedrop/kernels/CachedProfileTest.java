package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.ChildJvm;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.simd.Simd;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM with an ahead-of-time cache begins with the profiles of the JVM that made it, and C2 inlines other methods than
 * without: long calls once allocated slices there, and took ten times as long, for good.
 */
final class CachedProfileTest {
    private static final int ELEMENTS = 24 * Scratch.CHUNK;

    @TempDir
    private Path folder;

    /** The main class of the children: prints what calls after the warm-up allocate once they are compiled. */
    static final class Main {
        public static void main(String[] arguments) {
            Kernels.warmUp();
            MemorySegment x = Arena.ofAuto().allocate((long) Float.BYTES * ELEMENTS);
            var mask = new BernoulliMask(Rate.drop(0.1), Key.of(1));
            System.out.println(Allocation.of(() -> DropoutKernel.forward(mask, 0, x, x, ELEMENTS), 3, 0));
        }
    }

    @Test
    void longCallsAllocateNothingAfterTheWarmUp() {
        Allocation.assumeCounted();
        String jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .map(entry -> Files.isDirectory(entry) ? jar(entry) : entry)
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        Path cache = folder.resolve("cache.aot");
        run(jars, "-XX:AOTCacheOutput=" + cache);
        assertThat(cache).isNotEmptyFile();
        assertThat(run(jars, "-XX:AOTCache=" + cache)).isEqualToIgnoringNewLines("0");
    }

    private String run(String jars, String flag) {
        List<String> flags = Stream.concat(Arrays.stream(Simd.FLAG.split(" ")), Stream.of(flag))
                .toList();
        ChildJvm child = ChildJvm.run(folder, flags, jars, Main.class);
        assertThat(child.exit()).as("%s%n%s", child.command(), child.err()).isZero();
        return child.out();
    }

    /** A cache is made of jars only. */
    private Path jar(Path classes) {
        Path jar = folder.resolve(classes.toString().replaceAll("\\W", "-") + ".jar");
        int exit = ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(System.out, System.err, "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
        assertThat(exit).isZero();
        return jar;
    }
}
