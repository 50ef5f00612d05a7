package io.github.lanedrop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.KernelFamily;
import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.layers.Tensor;
import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.simd.Simd;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.core.BaseProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same bits in interpreted, C1 and C2 code, at every vector width, on both paths: each combination in a JVM of its
 * own, which must report the path and width that were asked for.
 */
final class PathMatrixTest {
    /** Hash of {@link PathMain}'s workload. It changes only with that workload or with the definition of a kernel in it. */
    static final String SHA = "a74c4a81549b2c8296cfcf9cf9d9c5b74fe87868aac7f5763b93c7325b1eea1e";

    private static final String FORCE_VECTOR = "-Dlanedrop.path=vector";
    private static final String PRINT = "-XX:+PrintCompilation";
    private static final List<String> MODULE = List.of(Simd.FLAG.split(" "));
    /** Enough for C2 to compile what it will, in the foreground; the last repetitions run its code. */
    private static final int UNTIL_C2 = 150;

    private static final int UNTIL_C1 = 20;

    @TempDir
    private Path folder;

    /** Two at a time, since most wait for their compiler: it works in the foreground. */
    private static final ExecutorService CHILDREN = Executors.newFixedThreadPool(2);

    /** Those that run the whole workload, which takes seconds each; started beforehand. */
    private static final Map<Setting, Future<Child>> SETTINGS = new HashMap<>();

    @BeforeAll
    static void startChildren(@TempDir Path folder) {
        Stream.concat(vectorSettings(), scalarSettings())
                .forEach(setting -> SETTINGS.put(setting, CHILDREN.submit(() -> setting.run(folder))));
    }

    @AfterAll
    static void stopChildren() {
        CHILDREN.shutdownNow();
    }

    /** What the child of a setting did, sooner or later. */
    private static Child child(Setting setting) throws ExecutionException, InterruptedException {
        return Objects.requireNonNull(SETTINGS.get(setting)).get();
    }

    /** How a JVM runs code, and the level at which it must have compiled the SIMD generator. */
    enum Compiler {
        INTERPRETER(0, 1, "-Xint"),
        C1(1, UNTIL_C1, "-Xbatch -XX:TieredStopAtLevel=1"),
        C2(4, UNTIL_C2, "-Xbatch");

        private final int level;
        private final int repeats;
        private final String flags;

        Compiler(int level, int repeats, String flags) {
            this.level = level;
            this.repeats = repeats;
            this.flags = flags;
        }

        List<String> flags() {
            return List.of(flags.split(" "));
        }
    }

    /** How a child runs; 0 bits for the scalar path. */
    record Setting(Compiler compiler, int bits, List<String> flags) {
        private Child run(Path folder) {
            return Child.onClassPath(folder, join(List.of(flags, compiler.flags(), MODULE)), compiler.repeats);
        }

        @Override
        public String toString() {
            return compiler + " " + String.join(" ", flags);
        }
    }

    static Stream<Setting> vectorSettings() {
        List<Setting> settings = new ArrayList<>();
        for (int bits : new int[] {128, 256, 512}) {
            for (Compiler compiler : Compiler.values()) {
                settings.add(vector(compiler, bits));
            }
            // narrower CPUs than this one, as far as flags can make them; other architectures ignore the flag
            for (int avx = 1; avx <= 2; avx++) {
                settings.add(vector(Compiler.C2, bits, "-XX:+IgnoreUnrecognizedVMOptions", "-XX:UseAVX=" + avx));
            }
        }
        // AVX-512 without permutes of bytes
        settings.add(vector(Compiler.C2, 512, "-Dlanedrop.patterns=table"));
        return settings.stream();
    }

    private static Setting vector(Compiler compiler, int bits, String... more) {
        List<String> flags = new ArrayList<>(List.of("-Dlanedrop.vectorBits=" + bits, FORCE_VECTOR, PRINT));
        flags.addAll(List.of(more));
        return new Setting(compiler, bits, flags);
    }

    static Stream<Setting> scalarSettings() {
        return Arrays.stream(Compiler.values())
                .map(compiler -> new Setting(compiler, 0, List.of("-Dlanedrop.path=scalar")));
    }

    @ParameterizedTest
    @MethodSource("vectorSettings")
    void theVectorPathGivesTheSameBits(Setting setting) throws ExecutionException, InterruptedException {
        Compiler compiler = setting.compiler;
        Child child = child(setting);
        child.assertRan("vector", setting.bits, compiler.repeats);
        if (compiler.level > 0) {
            child.assertCompiled("PhiloxVectors", compiler.level);
        }
    }

    /** What runs on the path of this machine's choice, at its width: every kernel's loops. */
    @Test
    void warmUpGetsAllKernelsCompiledByC2() {
        Child child =
                Child.onClassPath(folder, join(List.of(Compiler.C2.flags(), MODULE, List.of(FORCE_VECTOR, PRINT))), 0);
        assertThat(child.jvm.exit())
                .as("%s%n%s", child.jvm.command(), child.jvm.err())
                .isZero();
        for (String type : List.of("PhiloxVectors", "VectorPatterns", "VectorSegmentLoop", "VectorTile")) {
            child.assertCompiled(type, Compiler.C2.level);
        }
        if (Kernels.describe().permutes()) {
            child.assertCompiled("VectorDrawingLoop", Compiler.C2.level);
        }
    }

    /** Each family its own, and not those of the families after it. */
    @Test
    void warmUpOfAFamilyGetsItsKernelsCompiledByC2() {
        SequencedMap<KernelFamily, List<String>> kernels = new LinkedHashMap<>();
        kernels.put(KernelFamily.NOISE, List.of("VectorNoise", "VectorNormalLoop", "VectorArithmetic"));
        kernels.put(KernelFamily.GELU, List.of("VectorCurveLoop"));
        kernels.put(KernelFamily.ATTENTION, List.of("VectorSoftmax"));
        List<String> arguments = new ArrayList<>(List.of("0"));
        kernels.keySet().forEach(family -> arguments.add(family.name()));
        ChildJvm jvm = ChildJvm.run(
                folder,
                join(List.of(Compiler.C2.flags(), MODULE, List.of(FORCE_VECTOR, PRINT))),
                path(MODULES) + File.pathSeparator + path(List.of(PathMain.class)),
                PathMain.class,
                arguments.toArray(String[]::new));
        assertThat(jvm.exit()).as("%s%n%s", jvm.command(), jvm.err()).isZero();
        String[] parts = jvm.out().split("family=", -1);
        assertThat(parts).hasSize(1 + kernels.size());
        int part = 0;
        for (Map.Entry<KernelFamily, List<String>> entry : kernels.entrySet()) {
            String before = String.join("", Arrays.copyOf(parts, ++part));
            for (String type : entry.getValue()) {
                assertThat(before).as("before %s", entry.getKey()).doesNotContain("." + type + "::", "." + type + "/");
                assertCompiled(parts[part], type, Compiler.C2.level);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scalarSettings")
    void theScalarPathGivesTheSameBits(Setting setting) throws ExecutionException, InterruptedException {
        child(setting).assertRan("scalar", 0, setting.compiler.repeats);
    }

    @Test
    void withoutC2TheScalarPathIsChosen() {
        Child.onClassPath(folder, join(List.of(Compiler.INTERPRETER.flags(), MODULE)), 1)
                .assertRan("scalar", 0, 1);
        Child.onClassPath(folder, join(List.of(Compiler.C1.flags(), MODULE)), 1).assertRan("scalar", 0, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "vector"})
    void aMissingModuleGivesTheSameBitsAndOneWarningWithTheFlag(String path) {
        Child child = Child.onClassPath(folder, List.of("-Dlanedrop.path=" + path), 2);
        child.assertRan("scalar", 0, 2);
        assertThat(child.jvm.err())
                .containsOnlyOnce("WARNING")
                .containsOnlyOnce("start the JVM with --add-modules jdk.incubator.vector to use SIMD");
    }

    @Test
    void aMissingModuleIsNoNewsToWhoAskedForTheScalarPath() {
        Child child = Child.onClassPath(folder, List.of("-Dlanedrop.path=scalar"), 1);
        child.assertRan("scalar", 0, 1);
        assertThat(child.jvm.err()).isEmpty();
    }

    /** Modules name the vector module themselves, so nobody has to on the command line. */
    @Test
    void onTheModulePathNoFlagIsNeeded() {
        List<String> flags = List.of(
                "-p",
                path(MODULES),
                "--add-modules",
                "io.github.lanedrop.kernels",
                FORCE_VECTOR,
                "-Dlanedrop.vectorBits=256");
        Child child = Child.start(folder, flags, path(List.of(PathMain.class)), 2);
        child.assertRan("vector", 256, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "", "SIMD"})
    void anUnknownPathIsRefused(String value) {
        Child child = Child.onClassPath(folder, join(List.of(MODULE, List.of("-Dlanedrop.path=" + value))), 1);
        assertThat(child.jvm.exit()).isNotZero();
        assertThat(child.jvm.err()).contains("lanedrop.path must be auto, vector or scalar, got " + value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"64", "1024", "256 ", "", "wide"})
    void anUnknownWidthIsRefused(String value) {
        Child child = Child.onClassPath(folder, join(List.of(MODULE, List.of("-Dlanedrop.vectorBits=" + value))), 1);
        assertThat(child.jvm.exit()).isNotZero();
        assertThat(child.jvm.err()).contains("lanedrop.vectorBits must be 128, 256 or 512, got " + value);
    }

    /** A forward and a backward pass of a model; layers bring the other modules with them. */
    @Test
    void layersNeedNoFlagOnTheModulePathEither() {
        ChildJvm child = ChildJvm.run(
                folder,
                List.of("-p", path(MODULES), "--add-modules", "io.github.lanedrop.layers", FORCE_VECTOR),
                path(List.of(LayersMain.class)),
                LayersMain.class);
        assertThat(child.exit()).as("%s%n%s", child.command(), child.err()).isZero();
        assertThat(child.out().lines())
                .containsExactly("module=io.github.lanedrop.layers vector=true sha=" + LayersMain.hash());
    }

    private static final List<Class<?>> MODULES = List.of(
            ByteStream.class,
            Kernels.class,
            Tensor.class,
            UniformRandomProvider.class,
            BaseProvider.class,
            RandomSource.class);

    /** The jars and folders that classes come from, as a path. */
    private static String path(List<Class<?>> classes) {
        return classes.stream()
                .map(PathMatrixTest::location)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> join(List<List<String>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }

    private static void assertCompiled(String out, String type, int level) {
        // time, id, attributes, level, method
        Pattern compiled = Pattern.compile(
                " *\\d+ +\\d+ [ %sbn!]* " + level + " .*\\." + type + "(/0x[0-9a-f]+)?::.*"); // hidden or not
        assertThat(out.lines().filter(line -> line.contains("." + type)))
                .as("what is compiled of %s", type)
                .anySatisfy(line -> assertThat(line).matches(compiled));
    }

    /** A JVM that has run {@link PathMain}. */
    private record Child(ChildJvm jvm) {
        static Child onClassPath(Path folder, List<String> flags, int repeats) {
            return start(folder, flags, path(MODULES) + File.pathSeparator + path(List.of(PathMain.class)), repeats);
        }

        static Child start(Path folder, List<String> flags, String classPath, int repeats) {
            return new Child(ChildJvm.run(folder, flags, classPath, PathMain.class, Integer.toString(repeats)));
        }

        /** Something of a class was compiled at a level. */
        void assertCompiled(String type, int level) {
            PathMatrixTest.assertCompiled(jvm.out(), type, level);
        }

        void assertRan(String path, int bits, int repeats) {
            assertThat(jvm.exit()).as("%s%n%s", jvm.command(), jvm.err()).isZero();
            assertThat(jvm.out().lines().filter(line -> line.startsWith("path=")))
                    .as("%s", jvm.command())
                    .containsExactly("path=" + path + " bits=" + bits + " sha=" + SHA + " repeats=" + repeats);
        }
    }
}
