package io.github.lanedrop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/** Copies of classes that do what they should not, in a folder to be put before them on a class path. */
final class Doctored {
    /** What the message of the error says. */
    static final String GONE = "a method of the vector module is gone";

    private Doctored() {}

    /** A class that throws when it is initialised, as it does where the JDK has not got what it needs. */
    static void throwing(String type, Path folder) {
        write(
                type,
                folder,
                ClassTransform.dropping(element ->
                                element instanceof MethodModel method && named(method, ConstantDescs.CLASS_INIT_NAME))
                        .andThen(ClassTransform.endHandler(builder -> builder.withMethodBody(
                                ConstantDescs.CLASS_INIT_NAME,
                                ConstantDescs.MTD_void,
                                ClassFile.ACC_STATIC,
                                Doctored::fail))));
    }

    private static void fail(CodeBuilder code) {
        ClassDesc error = NoSuchMethodError.class.describeConstable().orElseThrow();
        code.new_(error)
                .dup()
                .loadConstant(GONE)
                .invokespecial(
                        error,
                        ConstantDescs.INIT_NAME,
                        MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String))
                .athrow();
    }

    /** A class with another body for all methods of a name. */
    static void with(String type, String name, Consumer<CodeBuilder> body, Path folder) {
        write(type, folder, (builder, element) -> {
            if (element instanceof MethodModel method && named(method, name)) {
                builder.withMethodBody(
                        method.methodName(), method.methodType(), method.flags().flagsMask(), body);
            } else {
                builder.with(element);
            }
        });
    }

    private static boolean named(MethodModel method, String name) {
        return method.methodName().equalsString(name);
    }

    private static void write(String type, Path folder, ClassTransform transform) {
        String file = type.replace('.', '/') + ".class";
        Path copy = folder.resolve(file);
        try (InputStream in = Doctored.class.getClassLoader().getResourceAsStream(file)) {
            ClassFile classFile = ClassFile.of();
            ClassModel model = classFile.parse(Objects.requireNonNull(in, file).readAllBytes());
            Files.createDirectories(Objects.requireNonNull(copy.getParent()));
            Files.write(copy, classFile.transformClass(model, transform));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
