package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import io.github.lanedrop.kernels.math.VectorMath;
import io.github.lanedrop.kernels.math.VectorMathCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Vectors cross calls of ours only where C2 is sure to inline these. It does until a compilation has used up its nodes,
 * and the vectors of later calls are boxed: which they are differs from JVM to JVM, where short loops are inlined into
 * their callers or are not. A method that is too long to be inlined is always compiled from its own beginning.
 */
final class InliningTest {
    /** Longer methods are not inlined: C2's {@code FreqInlineSize}. */
    private static final int LONGEST_INLINED = 325;

    private static final List<ClassModel> CLASSES = new ClassFileImporter()
                    .withImportOption(new DoNotIncludeTests())
                    .importPackages("io.github.lanedrop.rng", "io.github.lanedrop.kernels")
                    .stream()
                    .map(InliningTest::parse)
                    .toList();

    /** Class initialisers apart, which run once, and the check of elementary functions, which does too. */
    @Test
    void onlyElementaryFunctionsOfLongMethodsTakeOrReturnVectors() {
        List<MethodModel> callers = CLASSES.stream()
                .flatMap(type -> type.methods().stream())
                .filter(method -> !method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME))
                .filter(method -> !className(method).equals(VectorMathCheck.class.getName()))
                .filter(method -> callsWithVectors(method).findAny().isPresent())
                .toList();
        assertThat(callers).isNotEmpty().allSatisfy(method -> {
            assertThat(callsWithVectors(method).map(InliningTest::owner))
                    .as("vectors cross calls in %s.%s", className(method), method.methodName())
                    .containsOnly(VectorMath.class.getName());
            assertThat(((CodeAttribute) method.code().orElseThrow()).codeLength())
                    .as("bytes of %s.%s", className(method), method.methodName())
                    .isGreaterThan(LONGEST_INLINED);
        });
    }

    private static ClassModel parse(JavaClass type) {
        try (InputStream in = type.getSource().orElseThrow().getUri().toURL().openStream()) {
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String className(MethodModel method) {
        return method.parent().orElseThrow().thisClass().asInternalName().replace('/', '.');
    }

    private static String owner(InvokeInstruction call) {
        return call.owner().asInternalName().replace('/', '.');
    }

    private static Stream<InvokeInstruction> callsWithVectors(MethodModel method) {
        return method.code().stream()
                .flatMap(CodeModel::elementStream)
                .filter(InvokeInstruction.class::isInstance)
                .map(InvokeInstruction.class::cast)
                .filter(call -> owner(call).startsWith("io.github.lanedrop."))
                .filter(call -> takesOrReturnsVectors(call.typeSymbol()));
    }

    private static boolean takesOrReturnsVectors(MethodTypeDesc type) {
        return Stream.concat(type.parameterList().stream(), Stream.of(type.returnType()))
                .anyMatch(each -> each.packageName().equals("jdk.incubator.vector")
                        && !each.displayName().equals("VectorSpecies"));
    }
}
