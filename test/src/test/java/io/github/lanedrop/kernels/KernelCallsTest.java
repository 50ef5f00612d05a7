package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** That no kernel is missing among the calls that are held to allocate nothing. */
final class KernelCallsTest {
    @Test
    void everyKernelIsCalled() {
        Set<String> called = new ClassFileImporter()
                .importClasses(KernelCalls.class, FusedCalls.class, LearnedEntries.class).stream()
                        .flatMap(calls -> calls.getMethodCallsFromSelf().stream())
                        .map(call -> call.getTargetOwner().getSimpleName() + "." + call.getName())
                        .collect(Collectors.toSet());
        Set<String> kernels = new ClassFileImporter()
                .importPackages("io.github.lanedrop.kernels").stream()
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .flatMap(type -> type.getMethods().stream())
                        .filter(KernelCallsTest::isKernel)
                        .map(method -> method.getOwner().getSimpleName() + "." + method.getName())
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(kernels).hasSizeGreaterThan(30).isSubsetOf(called);
    }

    /** Public, on memory, and nothing but a number is returned. */
    private static boolean isKernel(JavaMethod method) {
        return method.getModifiers().contains(JavaModifier.PUBLIC)
                && method.getOwner().getPackageName().equals("io.github.lanedrop.kernels")
                && method.getRawReturnType().isPrimitive()
                && method.getRawParameterTypes().stream()
                        .anyMatch(
                                type -> type.isEquivalentTo(MemorySegment.class) || type.isEquivalentTo(Matrix.class));
    }
}
