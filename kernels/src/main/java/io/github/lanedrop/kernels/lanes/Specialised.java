package io.github.lanedrop.kernels.lanes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Loops that are written once and compiled once for each operation.
 *
 * <p>A template class holds what varies in {@code static final} fields read from its class data; each definition of it as a
 * hidden class is a class of its own, with its own constants and its own profile. So C2 sees the operation as a constant
 * and inlines it, and what one loop has seen does not slow down another. Written out, there would be a loop for each
 * combination of operation, data type and kind of memory.
 *
 * <p>A loop takes at most three segments, or more of them arrays. Whether a segment's memory belongs to one thread is asked in
 * the loop, and where a JVM has seen both answers, C2 makes two loops of it, but only three times ({@code _unswitch_max} in
 * its source). What it asks about a fourth it speculates on, and where that turns out wrong, it is as likely to speculate
 * again: loops over four segments and more were compiled a hundred times, half a minute in which they took a hundred times
 * as long (JDK 25). A question of the loop's own that stays the same counts as a segment.
 */
public final class Specialised {
    private Specialised() {}

    /**
     * A new instance of the template, defined anew for the data.
     *
     * @param <T> what the loop is called by
     * @param lookup the template's own package
     * @param type what the loop is called by
     * @param template the class to define anew, with a constructor without parameters
     * @param data what {@link #data} gives to it
     * @return the instance
     */
    public static <T> T define(MethodHandles.Lookup lookup, Class<T> type, Class<? extends T> template, Object data) {
        String file = template.getName().substring(template.getPackageName().length() + 1) + ".class";
        try (InputStream in = template.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the class file of " + template.getName() + " is missing");
            }
            Class<?> defined = lookup.defineHiddenClassWithClassData(in.readAllBytes(), data, true)
                    .lookupClass();
            return type.cast(lookup.findConstructor(defined, MethodType.methodType(void.class))
                    .invoke());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("cannot define a loop for " + data, e);
        }
    }

    /**
     * What the caller, a defined template, was defined for.
     *
     * @param <T> the type of the data
     * @param caller the template
     * @param type the type of the data
     * @return the data
     */
    public static <T> T data(MethodHandles.Lookup caller, Class<T> type) {
        try {
            return MethodHandles.classData(caller, ConstantDescs.DEFAULT_NAME, type);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("a template is not for use by itself", e);
        }
    }
}
