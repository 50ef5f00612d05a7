package io.github.lanedrop.kernels;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.logging.Logger;
import jdk.incubator.vector.FloatVector;

/** Does what the architecture rules forbid, each in a method of its own, so that they can be seen to notice. Never called. */
@SuppressWarnings("restricted")
public final class HouseRuleBreaker {
    private HouseRuleBreaker() {}

    static FloatVector vectors(float[] values) {
        return FloatVector.fromArray(FloatVector.SPECIES_128, values, 0);
    }

    static long internals(ThreadMXBean threads) {
        return threads.getCurrentThreadAllocatedBytes();
    }

    static MemorySegment bounds(MemorySegment segment) {
        return segment.reinterpret(Long.MAX_VALUE);
    }

    static Linker linker() {
        return Linker.nativeLinker();
    }

    static SymbolLookup symbols() {
        return SymbolLookup.loaderLookup();
    }

    static void systemLibrary() {
        System.loadLibrary("dropout");
    }

    static void runtimeLibrary() {
        Runtime.getRuntime().loadLibrary("dropout");
    }

    static void systemFile() {
        System.load("/dropout.so");
    }

    static void runtimeFile() {
        Runtime.getRuntime().load("/dropout.so");
    }

    static float[] threadLocal(ThreadLocal<float[]> scratch) {
        return scratch.get();
    }

    static float[] scopedValue(ScopedValue<float[]> scratch) {
        return scratch.get();
    }

    static void thread(Thread thread) {
        thread.start();
    }

    static Thread virtualThread(Runnable work) {
        return Thread.startVirtualThread(work);
    }

    static ForkJoinPool pool() {
        return ForkJoinPool.commonPool();
    }

    static ExecutorService executor() {
        return Executors.newCachedThreadPool();
    }

    static Logger logger() {
        return Logger.getLogger("io.github.lanedrop");
    }

    static void standardStream() {
        System.out.println("dropped");
    }
}
