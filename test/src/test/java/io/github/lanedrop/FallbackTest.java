package io.github.lanedrop;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.lanedrop.bench.Lanedrop;
import io.github.lanedrop.kernels.FallbackMain;
import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.rng.simd.PhiloxVectors;
import io.github.lanedrop.rng.simd.Simd;
import java.io.File;
import java.lang.classfile.CodeBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Vector code that throws, as it would on a JDK whose vector module is another, or gives other bits: its scalar twin runs, a
 * warning says why, and the self-test tells. Each in a JVM of its own, with doctored classes before ours.
 */
final class FallbackTest {
    private static final String KERNELS = "io.github.lanedrop.kernels";
    private static final String LOOP = KERNELS + ".lanes.VectorSegmentLoop";
    private static final List<String> MODULE = List.of(Simd.FLAG.split(" "));
    private static final String FAILED = "failed its self-test: ";
    /** By itself where a class was first used, in an error about that error later. */
    private static final String THREW = FAILED + ".*NoSuchMethodError: " + Doctored.GONE;

    @TempDir
    private Path folder;

    @TempDir
    private Path doctored;

    private ChildJvm run(List<String> flags, Class<?> main, String... arguments) {
        String classPath = doctored + File.pathSeparator + System.getProperty("java.class.path");
        return ChildJvm.run(
                folder, Stream.concat(MODULE.stream(), flags.stream()).toList(), classPath, main, arguments);
    }

    /** The bits of every JVM, and a self-test that fails: it passes where nothing is doctored, by LiveTest. */
    private static void assertRanOn(String path, ChildJvm child) {
        assertThat(child.exit()).as("%s%n%s", child.command(), child.err()).isZero();
        assertThat(child.out().lines())
                .hasSize(2)
                .anyMatch(line ->
                        line.startsWith("path=" + path + " ") && line.contains(" sha=" + PathMatrixTest.SHA + " "))
                .contains("selfTest=false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "vector"})
    void aGeneratorThatThrowsLeavesTheScalarPath(String path) {
        Doctored.throwing(PhiloxVectors.class.getName(), doctored);
        ChildJvm child = run(List.of("-Dlanedrop.path=" + path), FallbackMain.class);
        assertRanOn("scalar", child);
        assertThat(child.err()).containsOnlyOnce(FAILED).containsPattern("the generator " + THREW);
    }

    /** Were one of them not tested before it is used, that use would throw. */
    @Test
    void vectorCodeThatThrowsLeavesItsTwin() {
        List<String> types = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(KERNELS).stream()
                        .filter(type -> type.getSimpleName().startsWith("Vector"))
                        .map(JavaClass::getName)
                        .toList();
        assertThat(types).contains(LOOP, KERNELS + ".VectorPatterns");
        types.forEach(type -> Doctored.throwing(type, doctored));
        ChildJvm child = run(List.of("-Dlanedrop.path=vector"), FallbackMain.class);
        assertRanOn("vector", child);
        for (String family :
                List.of("products", "mask sources", "noise", "attention", "learned rates", "pattern tables")) {
            assertThat(child.err()).containsOnlyOnce(family + " " + FAILED).containsPattern(family + " " + THREW);
        }
        assertThat(child.err()).contains("Operation[scales=true", "layer normalisation " + FAILED);
    }

    /** Alone, since chunks are drawn ahead only where their patterns are looked up by permutes. */
    @Test
    void drawingAheadThatThrowsLeavesThePlainLoop() {
        Assumptions.assumeTrue(Kernels.describe().permutes());
        Doctored.throwing(KERNELS + ".lanes.VectorDrawingLoop", doctored);
        ChildJvm child = run(List.of("-Dlanedrop.path=vector"), FallbackMain.class);
        assertRanOn("vector", child);
        assertThat(child.err().lines().filter(line -> line.contains(FAILED)))
                .isNotEmpty()
                .doesNotHaveDuplicates()
                .allMatch(line -> line.matches(".*drawing ahead.* " + THREW + ".*"));
    }

    /** Dropout's loop: says that it has done everything, and does nothing. */
    private void doctorTheLoop() {
        Doctored.with(LOOP, "run", FallbackTest::returnElements, doctored);
    }

    private static void returnElements(CodeBuilder code) {
        code.iload(6).ireturn(); // after this, three segments and a long
    }

    @Test
    void aLoopThatGivesOtherBitsLeavesItsTwin() {
        doctorTheLoop();
        ChildJvm child = run(List.of("-Dlanedrop.path=vector"), FallbackMain.class);
        assertRanOn("vector", child);
        assertThat(child.err()).contains(FAILED + "it gives other bits than its scalar twin");
    }

    @Test
    void theDoctorSeesALoopThatGivesOtherBits() {
        doctorTheLoop();
        ChildJvm child = run(List.of("-Dlanedrop.path=vector"), Lanedrop.class, "doctor", "--no-progress");
        assertThat(child.exit()).as(child.err()).isEqualTo(1);
        assertThat(child.out()).containsPattern("self-test +FAILED");
    }
}
