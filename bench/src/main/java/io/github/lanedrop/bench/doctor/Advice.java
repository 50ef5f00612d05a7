package io.github.lanedrop.bench.doctor;

import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.rng.simd.Simd;
import java.util.ArrayList;
import java.util.List;

/** What to do about what was found. */
public final class Advice {
    private static final String PERMUTE = "-Dlanedrop.patterns=permute";

    private Advice() {}

    /**
     * Says what to do.
     *
     * @param vectorModule whether the JVM was started with the vector module
     * @param fused whether the JVM uses fused multiply-add instructions
     * @param cpu the CPU
     * @param path the live path
     * @param selfTest whether the self-test passed
     * @return sentences; empty where everything is as fast as it can be
     */
    public static List<String> of(boolean vectorModule, boolean fused, Cpu cpu, Kernels.Path path, boolean selfTest) {
        List<String> advice = new ArrayList<>();
        if (!selfTest) {
            advice.add("The SIMD code gives other bits than its scalar twin here: start the JVM with"
                    + " -Dlanedrop.path=scalar, and report all of this.");
        } else if (!path.vector()) {
            advice.add(
                    vectorModule
                            ? "The scalar path runs, several times slower: " + path.reason()
                                    + (given(path.reason()) ? "; leave it out to use SIMD." : ".")
                            : "The vector module is missing, so that the scalar path runs, several times slower: start the JVM"
                                    + " with " + Simd.FLAG
                                    + ", or put Lanedrop on the module path, which needs no flag.");
        } else if (path.vectorBits() < 512) {
            if (cpu.has("avx512f")) {
                advice.add("This CPU has AVX-512, but the vectors have " + path.vectorBits() + " bits: " + path.reason()
                        + (given(path.reason())
                                ? "; leave it out."
                                : "; try -XX:UseAVX=3, which the JDK does not choose where it can cost clock rate."));
            }
        } else if (!path.permutes()) {
            advice.add(
                    given(path.permutesReason())
                            ? "Patterns are looked up one by one: " + path.permutesReason() + "; leave it out."
                            : cpu.has("avx512vbmi")
                                    ? "This CPU has AVX-512 VBMI, yet patterns are looked up one by one: try " + PERMUTE
                                            + "."
                                    : cpu.features().isPresent()
                                            ? "This CPU has no AVX-512 VBMI, so that patterns are looked up one by one;"
                                                    + " nothing to do (" + PERMUTE + " would be far slower here)."
                                            : "If this CPU has AVX-512 VBMI, " + PERMUTE + " is faster for rates other"
                                                    + " than 0.5; without VBMI it is far slower.");
        }
        if (!fused) {
            advice.add(
                    "This JVM uses no fused multiply-add instructions (UseFMA), for want of them or of AVX: normals, activations,"
                            + " softmax and products are then hundreds of times slower; masks and dropout are not.");
        }
        cpu.unread().ifPresent(unread -> advice.add("Look up what this CPU can do: " + unread + "."));
        return advice;
    }

    /** Whether a reason is that somebody asked for it. */
    private static boolean given(String reason) {
        return reason.startsWith("-D");
    }
}
