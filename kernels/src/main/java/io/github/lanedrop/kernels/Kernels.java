package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.simd.Simd;
import io.github.lanedrop.rng.simd.Trust;
import java.util.EnumSet;
import java.util.Set;

/** Which path the kernels of this process run, and how to make them fast from the first request. */
public final class Kernels {
    private Kernels() {}

    /**
     * The live path.
     *
     * @param vector whether the SIMD path is live; the scalar twin gives the same bits
     * @param vectorBits width of the vectors in bits, 0 where the SIMD path is off
     * @param reason why, one sentence without a full stop
     * @param permutes whether patterns are looked up 64 at a time in registers, or else one by one in a table
     * @param permutesReason why, one sentence without a full stop
     */
    public record Path(boolean vector, int vectorBits, String reason, boolean permutes, String permutesReason) {}

    /**
     * Describes the live path.
     *
     * @return the path and the reasons for it
     */
    public static Path describe() {
        return new Path(Live.VECTOR, Live.VECTOR ? Simd.BITS : 0, Live.REASON, Live.PERMUTES, Live.PATTERNS_REASON);
    }

    /**
     * Holds the vector code against its scalar twin on small inputs, as was done before it was trusted: that of masks,
     * dropout, activations, layer normalisation, noise, products, attention and learned rates, whether they have been called
     * or not. Loops of the other elementwise operations are tested when they are first called.
     *
     * <p>Vector code that fails is not used, and so no result is wrong; a warning in the log of {@code io.github.lanedrop}
     * has said what failed and why. Takes a second or two where nothing has been compiled yet.
     *
     * @return whether all bits agree, now and whenever vector code was tested since the process started; true where there is
     *     no vector code to test, since the scalar path was chosen
     */
    public static boolean selfTest() {
        return (!Live.VECTOR || SelfTest.vectorsAgree()) && !Trust.isBroken();
    }

    /**
     * Warms up {@link KernelFamily#DROPOUT} and {@link KernelFamily#PRODUCTS}, which is what the layers of
     * {@code io.github.lanedrop.layers} call, for inference and training. Takes 1.3 to 3 seconds on two cores, and
     * three megabytes. As {@link #warmUp(Set)}.
     */
    public static void warmUp() {
        warmUp(EnumSet.of(KernelFamily.DROPOUT, KernelFamily.PRODUCTS));
    }

    /**
     * Runs kernels, forward and backward, on small buffers of float32, until the JVM's compilers have seen to them: until
     * then they run hundreds of times slower. Call it before the first request, with what the program calls and no more: a
     * family takes some three to seven seconds on two cores.
     *
     * <p>The buffers are {@code float[]}, native memory of all threads, and of one, as from
     * {@link java.lang.foreign.Arena#ofConfined()}.
     *
     * <p>Safe to call from any thread, again, and from several at once, which gains nothing. It runs on the calling
     * thread and changes no result.
     *
     * @param families those that will be called; none do nothing
     * @throws NullPointerException if it is null
     */
    public static void warmUp(Set<KernelFamily> families) {
        WarmUp.run(families);
    }
}
