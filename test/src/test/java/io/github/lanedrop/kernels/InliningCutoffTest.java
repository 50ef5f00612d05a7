package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import io.github.lanedrop.ChildJvm;
import io.github.lanedrop.kernels.CompilationLog.Compilation;
import io.github.lanedrop.kernels.math.VectorMathCheck;
import io.github.lanedrop.rng.simd.Simd;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No vector method reaches the number of nodes from which on C2 inlines late: {@code NodeCountInliningCutoff}.
 *
 * <p>The JDK's vector methods that C2 comes to after that wait until all else is inlined, and are then resolved by what the
 * whole JVM has seen. In one JVM of ten it has seen too much, and each of their vectors is allocated, in every call for
 * good, which {@link AllocationTest} finds only where it meets such a JVM. How many nodes a method takes is hardly a matter
 * of chance. JVMs that run nothing but every kernel say it in a log. Which methods are inlined into callers is, so these are
 * not held to it: what is large in a vector class is longer than C2 inlines.
 */
final class InliningCutoffTest {
    /** {@code NodeCountInliningCutoff} is a constant of C2 that no flag changes and no call tells. */
    private static final int CUTOFF = 18_000;

    /** Of the order of the calls. */
    private static final long SEED = Long.getLong("tests.seed", 1);

    private static final String ADVICE = "C2 inlines late what comes after " + CUTOFF + " nodes, and may allocate its"
            + " vectors: divide the method in two loops, or where it has but inlined another one, see to it that that one is"
            + " longer than C2 inlines. CONTRIBUTING.md has the rules. Method, nodes, first late call";

    /** Compilers in the foreground, and soon, so that what is compiled is a matter of the calls and not of time. */
    private static final List<String> FLAGS = List.of("-Xmx2g", "-Xbatch", "-XX:CompileThresholdScaling=0.2");

    /** The tests' own methods would inline whole kernels, and compiling them takes longer than all kernels. */
    private static final List<String> CALLERS_ARE_INTERPRETED = Stream.of(
                    Stream.of("quiet"),
                    Stream.of(KernelCalls.class, LearnedCalls.class, LearnedEntries.class, FusedCalls.class)
                            .map(type -> "exclude," + type.getName() + "::*"))
            .flatMap(each -> each)
            .map(each -> "-XX:CompileCommand=" + each)
            .toList();

    private static final String PACKAGE = "io.github.lanedrop.";

    /** Those that have vector methods. */
    private static final Set<String> TYPES = new ClassFileImporter()
            .withImportOption(new DoNotIncludeTests()).importPackages(PACKAGE + "rng", PACKAGE + "kernels").stream()
                    .filter(type -> type.getSimpleName().contains("Vector"))
                    .filter(type -> type.getMethodCallsFromSelf().stream()
                            .anyMatch(call -> call.getOrigin().isMethod()
                                    && isOfVectors(call.getTarget().getFullName())))
                    .map(JavaClass::getName)
                    .collect(Collectors.toSet());

    /** How wide vectors are. Without mask registers a mask takes some 1,000 nodes more. */
    enum Vectors {
        PREFERRED("-XX:+IgnoreUnrecognizedVMOptions"),
        /** What is not known of classes takes more nodes in a JVM that has seen many. */
        AFTER_OTHER_SHAPES("-Dtests.shapes=true"),
        WITHOUT_MASK_REGISTERS("-XX:+IgnoreUnrecognizedVMOptions -XX:UseAVX=2");

        private final String flags;

        Vectors(String flags) {
            this.flags = flags;
        }
    }

    private static final Map<Vectors, CompletableFuture<CompilationLog>> LOGS = new EnumMap<>(Vectors.class);

    @BeforeAll
    static void run(@TempDir Path folder) {
        assumeTrue(System.getProperty("java.vm.name", "").contains("Server VM"), "another JVM than HotSpot's, with C2");
        assumeTrue(Simd.ENABLED, () -> "no vector code is compiled: " + Simd.REASON);
        for (Vectors vectors : Vectors.values()) { // beside each other
            LOGS.put(
                    vectors,
                    CompletableFuture.supplyAsync(
                            () -> run(folder, List.of(vectors.flags.split(" ")), Long.toString(SEED))));
        }
        LOGS.values().forEach(CompletableFuture::join); // before the folder is deleted
    }

    private static CompilationLog log(Vectors vectors) {
        return Objects.requireNonNull(LOGS.get(vectors)).join();
    }

    private static boolean isOfVectors(String method) {
        return method.startsWith("jdk.incubator.vector.");
    }

    /** A method's, by the names in a log. */
    private static String type(String method) {
        return method.substring(0, method.lastIndexOf('.'));
    }

    /** What a child with these flags compiled. */
    private static CompilationLog run(Path folder, List<String> flags, String... arguments) {
        Path log = folder.resolve("log" + flags.hashCode() + arguments.length);
        List<String> all = Stream.of(
                        List.of(Simd.FLAG.split(" ")), FLAGS, CALLERS_ARE_INTERPRETED, flags, CompilationLog.flags(log))
                .flatMap(List::stream)
                .toList();
        ChildJvm child =
                ChildJvm.run(folder, all, System.getProperty("java.class.path"), InliningCutoffMain.class, arguments);
        assertThat(child.exit()).as("%s%n%s", child.command(), child.err()).isZero();
        return CompilationLog.read(log);
    }

    /** Of the methods of a log that reach the cutoff the greatest compilation, with what comes late. */
    private static List<String> tooBig(CompilationLog log, Predicate<Compilation> which) {
        Map<String, Compilation> greatest = log.compilations().stream()
                .filter(compilation -> compilation.nodes() > CUTOFF)
                .filter(which)
                .collect(Collectors.toMap(
                        Compilation::method,
                        compilation -> compilation,
                        BinaryOperator.maxBy(Comparator.comparingInt(Compilation::nodes)),
                        TreeMap::new));
        return greatest.values().stream()
                .map(compilation -> compilation.method() + ", " + compilation.nodes() + ", " + late(compilation))
                .toList();
    }

    /** The first vector method that comes late, or else the first of any kind. */
    private static String late(Compilation compilation) {
        return Stream.concat(
                        compilation.delayed().stream().filter(InliningCutoffTest::isOfVectors),
                        compilation.delayed().stream())
                .findFirst()
                .orElse("none");
    }

    @ParameterizedTest
    @EnumSource
    void noVectorMethodReachesTheCutoff(Vectors vectors) {
        assertThat(tooBig(
                        log(vectors),
                        compilation -> TYPES.contains(type(compilation.method()))
                                && compilation.delayed().stream().anyMatch(InliningCutoffTest::isOfVectors)))
                .as(ADVICE)
                .isEmpty();
    }

    @Test
    void allVectorClassesAreCompiled() {
        Set<String> compiled = Arrays.stream(Vectors.values())
                .flatMap(vectors -> log(vectors).compiled().stream())
                .map(InliningCutoffTest::type)
                .collect(Collectors.toSet());
        assertThat(TYPES.stream().filter(type -> !compiled.contains(type)))
                .containsExactly(VectorMathCheck.class.getName()); // which runs once
    }

    @Test
    void aMethodThatIsTooBigIsCaught(@TempDir Path folder) {
        CompilationLog log = run(folder, List.of());
        String type = VectorCliff.class.getName();
        assertThat(tooBig(log, compilation -> compilation.method().startsWith(type)))
                .anyMatch(line ->
                        line.matches(Pattern.quote(type) + "\\.byHelpers, \\d{5}, jdk\\.incubator\\.vector\\..+"))
                .noneMatch(line -> line.contains(".byLoop"));
        assertThat(log.compiled()).contains(type + ".byLoop");
    }
}
