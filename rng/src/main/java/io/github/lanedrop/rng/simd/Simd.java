package io.github.lanedrop.rng.simd;

import java.util.Locale;

/**
 * Decides once, when first used, whether the SIMD path is live and how wide it is.
 *
 * <p>Two system properties decide otherwise: {@code lanedrop.path=auto|vector|scalar} and
 * {@code lanedrop.vectorBits=128|256|512}. Everything here is {@code static final}: C2 removes the path that is not
 * live. This class loads where the vector module is missing.
 */
public final class Simd {
    /** The flag that makes the vector module visible to an application on the class path. */
    public static final String FLAG = "--add-modules jdk.incubator.vector";

    /** Whether the SIMD path may run, before its known-answer self-test. */
    public static final boolean ENABLED;

    /** Width of the vectors in bits: 128, 256 or 512, and 0 where the SIMD path is off. */
    public static final int BITS;

    /** Why {@link #ENABLED} and {@link #BITS} are what they are, one sentence without a full stop. */
    public static final String REASON;

    /** Whether the CPU's own preferred width is 512 bits, that is, whether it has AVX-512 mask registers. */
    public static final boolean MASK_REGISTERS;

    private enum Path {
        AUTO,
        VECTOR,
        SCALAR
    }

    private record Decision(int bits, int preferredBits, String reason) {}

    static {
        Decision decision = decide();
        ENABLED = decision.bits > 0;
        BITS = decision.bits;
        REASON = decision.reason;
        MASK_REGISTERS = decision.preferredBits == 512;
        if (!modulePresent() && path() != Path.SCALAR) {
            System.getLogger("io.github.lanedrop").log(System.Logger.Level.WARNING, REASON);
        }
    }

    private Simd() {}

    private static Decision decide() {
        Path path = path();
        int forcedBits = forcedBits();
        if (path == Path.SCALAR) {
            return new Decision(0, 0, "-Dlanedrop.path=scalar was given");
        }
        if (!modulePresent()) {
            return new Decision(
                    0, 0, "the scalar path runs, several times slower: start the JVM with " + FLAG + " to use SIMD");
        }
        int preferredBits = Trust.tested("the vector module", Cpu::preferredBits, bits -> bits > 0, 0);
        if (preferredBits == 0) {
            return new Decision(0, 0, "the vector module does not tell the CPU's preferred vectors");
        }
        String compiler = System.getProperty("java.vm.info", "").toLowerCase(Locale.ROOT);
        boolean compiled = !compiler.contains("interpreted mode") && !compiler.contains("emulated-client");
        if (path == Path.AUTO && !compiled) {
            return new Decision(0, preferredBits, "this JVM runs without C2, which alone makes vector code fast");
        }
        if (path == Path.AUTO && forcedBits == 0 && preferredBits < 128) {
            return new Decision(0, preferredBits, "this CPU has no vectors of 128 bits or more");
        }
        if (forcedBits != 0) {
            return new Decision(forcedBits, preferredBits, "-Dlanedrop.vectorBits=" + forcedBits + " was given");
        }
        return new Decision(
                Math.clamp(preferredBits, 128, 512), preferredBits, "the CPU's preferred vectors have this width");
    }

    private static Path path() {
        String value = System.getProperty("lanedrop.path", "auto");
        for (Path path : Path.values()) {
            if (path.name().equalsIgnoreCase(value)) {
                return path;
            }
        }
        throw new IllegalArgumentException("lanedrop.path must be auto, vector or scalar, got " + value);
    }

    private static int forcedBits() {
        String value = System.getProperty("lanedrop.vectorBits");
        if (value == null) {
            return 0;
        }
        return switch (value) {
            case "128" -> 128;
            case "256" -> 256;
            case "512" -> 512;
            default -> throw new IllegalArgumentException("lanedrop.vectorBits must be 128, 256 or 512, got " + value);
        };
    }

    /** Apart, so that this class loads without the vector module. */
    private static final class Cpu {
        static int preferredBits() {
            return jdk.incubator.vector.VectorShape.preferredShape().vectorBitSize();
        }
    }

    private static boolean modulePresent() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }
}
