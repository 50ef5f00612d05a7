package io.github.lanedrop;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.github.lanedrop.bench.demo.CopyAndScale;
import io.github.lanedrop.kernels.HouseRuleBreaker;
import io.github.lanedrop.kernels.VectorProfiles;
import io.github.lanedrop.rng.simd.PhiloxVectors;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The house's rules, checked on the compiled classes. A rule that matches no class fails. */
final class ArchitectureTest {
    private static final String ROOT = "io.github.lanedrop.";
    private static final String RNG = ROOT + "rng..";
    private static final String SIMD = ROOT + "rng.simd..";
    private static final String KERNELS = ROOT + "kernels..";
    private static final String LAYERS = ROOT + "layers..";
    private static final String BENCH = ROOT + "bench..";
    private static final String PEERS = ROOT + "bench.peers..";
    private static final String VECTOR = "jdk.incubator.vector..";

    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.lanedrop");

    @ParameterizedTest
    @ValueSource(strings = {RNG, SIMD, KERNELS, LAYERS, BENCH})
    void everyModuleIsLookedAt(String module) {
        assertThat(PRODUCTION.that(JavaClass.Predicates.resideInAPackage(module)))
                .isNotEmpty();
    }

    /** Were the vector module invisible to the importer, the rules about it would hold for nothing. */
    @Test
    void theRuleAboutTheVectorModuleCanFail() {
        assertThatThrownBy(() -> noClasses()
                        .that()
                        .areAssignableTo(PhiloxVectors.class)
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(VECTOR)
                        .check(PRODUCTION))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("jdk.incubator.vector.LongVector");
    }

    @Test
    void rngDependsOnCommonsRngAndTheVectorModuleAlone() {
        onlyDepends(RNG, RNG, "org.apache.commons.rng..", VECTOR);
    }

    @Test
    void kernelsDependOnRngAndTheVectorModuleAlone() {
        onlyDepends(KERNELS, KERNELS, RNG, VECTOR);
    }

    @Test
    void layersDependOnKernelsAloneAndOnWhatTheyPassOn() {
        onlyDepends(LAYERS, LAYERS, KERNELS, ROOT + "rng");
    }

    @Test
    void nothingDependsOnTheBench() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BENCH)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(BENCH)
                .check(PRODUCTION);
    }

    private static void onlyDepends(String module, String... packages) {
        classes()
                .that()
                .resideInAPackage(module)
                .should()
                .onlyDependOnClassesThat(JavaClass.Predicates.resideInAPackage("java..")
                        .or(JavaClass.Predicates.resideInAnyPackage(packages))
                        .or(primitiveOrArrayOfIt()))
                .check(PRODUCTION);
    }

    private static DescribedPredicate<JavaClass> primitiveOrArrayOfIt() {
        return DescribedPredicate.describe(
                "primitive", type -> type.getBaseComponentType().isPrimitive());
    }

    @Test
    void vectorCodeStaysInItsClasses() {
        vectorCode().check(PRODUCTION);
    }

    /** What the bench holds against the kernels is vector code too; nothing else of it is. */
    private static ArchRule vectorCode() {
        return noClasses()
                .that(DescribedPredicate.not(isNamedAfterVectors()))
                .and(DescribedPredicate.not(belongToAnyOf(CopyAndScale.class)))
                .and()
                .resideOutsideOfPackage(SIMD)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(VECTOR);
    }

    /** Classes of kernels, with what is nested in them, that say in their name that they are vector code. */
    private static DescribedPredicate<JavaClass> isNamedAfterVectors() {
        return DescribedPredicate.describe(
                "kernels named after vectors",
                type -> type.getPackageName().startsWith(ROOT + "kernels")
                        && type.getName()
                                .substring(type.getPackageName().length())
                                .contains("Vector"));
    }

    @Test
    void vectorsAreReinterpretedWhereC2KnowsTheirClass() {
        reinterpretation().check(PRODUCTION);
    }

    /** A class that does it in both ways, and once in each way that the rule asks for. */
    @Test
    void theRuleAboutReinterpretationCatchesWhatItIsFor() {
        var bad = new ClassFileImporter().importClasses(VectorProfiles.class);
        assertThat(reinterpretation().evaluate(bad).getFailureReport().getDetails())
                .hasSize(2)
                .anyMatch(call -> call.contains("byProfile") && call.contains("reinterpretAsInts()"))
                .anyMatch(call -> call.contains("byProfile") && call.contains("convert("));
    }

    private static ArchRule reinterpretation() {
        return noClasses()
                .that()
                .resideInAnyPackage(RNG, KERNELS)
                .should()
                .callMethodWhere(target(owner(JavaClass.Predicates.resideInAPackage(VECTOR)))
                        .and(target(nameMatching("reinterpretAs.*|convert"))))
                .because(
                        "their type profile is that of all vectors of the JVM, by which C2 inlines them where a method is"
                                + " large, and boxes what it cannot: viewAsIntegralLanes, viewAsFloatingLanes, reinterpretShape and"
                                + " convertShape do the same");
    }

    @Test
    void nothingUsesTheJdksInternals() {
        internals().check(PRODUCTION);
    }

    private static ArchRule internals() {
        return noClasses().should().dependOnClassesThat().resideInAnyPackage("sun..", "jdk.internal..", "com.sun..");
    }

    @Test
    void memoryKeepsItsBounds() {
        bounds().check(PRODUCTION);
    }

    private static ArchRule bounds() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(PEERS)
                .should()
                .callMethodWhere(
                        target(owner(assignableTo(MemorySegment.class))).and(target(name("reinterpret"))));
    }

    @Test
    void nothingIsNativeButPeers() {
        nativeCode().check(PRODUCTION);
    }

    private static ArchRule nativeCode() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(PEERS)
                .should()
                .dependOnClassesThat(assignableTo(Linker.class).or(assignableTo(SymbolLookup.class)))
                .orShould()
                .callMethod(System.class, "loadLibrary", String.class)
                .orShould()
                .callMethod(System.class, "load", String.class)
                .orShould()
                .callMethod(Runtime.class, "loadLibrary", String.class)
                .orShould()
                .callMethod(Runtime.class, "load", String.class);
    }

    @Test
    void kernelsKeepNothingForAThread() {
        threadLocals().check(PRODUCTION);
    }

    private static ArchRule threadLocals() {
        return noClasses()
                .that()
                .resideInAnyPackage(RNG, KERNELS)
                .should()
                .dependOnClassesThat(assignableTo(ThreadLocal.class))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ScopedValue");
    }

    @Test
    void kernelsStartNoThreads() {
        threads().check(PRODUCTION);
    }

    private static ArchRule threads() {
        return noClasses()
                .that()
                .resideInAnyPackage(RNG, KERNELS)
                .should()
                .callMethod(Thread.class, "start")
                .orShould()
                .callMethod(Thread.class, "startVirtualThread", Runnable.class)
                .orShould()
                .dependOnClassesThat(assignableTo(ForkJoinPool.class).or(assignableTo(Executors.class)));
    }

    @Test
    void theLibraryLogsThroughTheJdksFacade() {
        loggers().check(PRODUCTION);
        standardStreams().check(PRODUCTION);
    }

    private static ArchRule loggers() {
        return noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");
    }

    private static ArchRule standardStreams() {
        return noClasses().that().resideInAnyPackage(RNG, KERNELS, LAYERS).should(ACCESS_STANDARD_STREAMS);
    }

    static Stream<Arguments> breaches() {
        return Stream.of(
                arguments("vectors", vectorCode()),
                arguments("internals", internals()),
                arguments("bounds", bounds()),
                arguments("linker", nativeCode()),
                arguments("symbols", nativeCode()),
                arguments("systemLibrary", nativeCode()),
                arguments("runtimeLibrary", nativeCode()),
                arguments("systemFile", nativeCode()),
                arguments("runtimeFile", nativeCode()),
                arguments("threadLocal", threadLocals()),
                arguments("scopedValue", threadLocals()),
                arguments("thread", threads()),
                arguments("virtualThread", threads()),
                arguments("pool", threads()),
                arguments("executor", threads()),
                arguments("logger", loggers()),
                arguments("standardStream", standardStreams()));
    }

    /** A rule that nothing breaks could as well be one that nothing can break. */
    @ParameterizedTest
    @MethodSource("breaches")
    void rulesCatchWhatTheyAreFor(String method, ArchRule rule) {
        var bad = new ClassFileImporter().importClasses(HouseRuleBreaker.class);
        assertThat(rule.evaluate(bad).getFailureReport().getDetails())
                .anyMatch(breach -> breach.contains("HouseRuleBreaker." + method + "("));
    }
}
