package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.ChildJvm;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The library keeps nothing of the thread that calls it first: in a server that may be one of an application that is
 * undeployed later.
 */
final class FirstCallerTest {
    private static final int MOST_COLLECTIONS = 100;

    @Test
    void itsClassLoaderAndThreadLocalsAreNotKept(@TempDir Path folder) {
        ChildJvm jvm = ChildJvm.run(
                folder, List.of(Simd.FLAG.split(" ")), System.getProperty("java.class.path"), FirstCaller.class);
        assertThat(jvm.out()).as(jvm.toString()).isEqualTo("class loader null, thread-local null");
    }

    /** In a JVM of its own, a thread that uses the library and ends. */
    public static final class FirstCaller {
        private static final InheritableThreadLocal<Object> LOCAL = new InheritableThreadLocal<>();

        private FirstCaller() {}

        /** Prints what is left of it. */
        public static void main(String[] arguments) throws InterruptedException {
            Reference<?>[] kept = new Reference<?>[2];
            call(kept);
            for (int i = 0; i < MOST_COLLECTIONS && (kept[0].get() != null || kept[1].get() != null); i++) {
                System.gc();
            }
            System.out.print("class loader " + kept[0].get() + ", thread-local " + kept[1].get());
        }

        private static void call(Reference<?>[] kept) throws InterruptedException {
            var thread = new Thread(() -> {
                var loader = new URLClassLoader(new URL[0]);
                Thread.currentThread().setContextClassLoader(loader);
                var value = new Object();
                LOCAL.set(value);
                kept[0] = new WeakReference<>(loader);
                kept[1] = new WeakReference<>(value);
                MemorySegment data = MemorySegment.ofArray(new float[5000]);
                DropoutKernel.forward(new BernoulliMask(Rate.drop(.1), Key.of(1)), 0, data, data, 5000);
            });
            thread.start();
            thread.join();
        }
    }
}
