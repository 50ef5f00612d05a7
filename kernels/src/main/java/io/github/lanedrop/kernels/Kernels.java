package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.simd.Simd;

/** Which path the kernels of this process run, and how to make them fast from the first request. */
public final class Kernels {
    private Kernels() {}

    /**
     * The live path.
     *
     * @param vector whether the SIMD path is live; the scalar twin gives the same bits
     * @param vectorBits width of the vectors in bits, 0 where the SIMD path is off
     * @param patterns how patterns are looked up: {@code permute} (64 at a time in registers) or {@code table}
     * @param reason why, one sentence without a full stop
     */
    public record Path(boolean vector, int vectorBits, String patterns, String reason) {}

    /**
     * Describes the live path.
     *
     * @return the path and the reason for it
     */
    public static Path describe() {
        return new Path(ByteStream.VECTOR, Simd.BITS, "table", Simd.REASON);
    }
}
