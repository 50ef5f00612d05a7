package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.simd.Simd;

/** The live path, decided once; C2 removes what is not live. */
final class Live {
    /** Whether the SIMD path runs. */
    static final boolean VECTOR = ByteStream.VECTOR;
    /** Whether patterns are looked up by byte permutes over two 512-bit registers. */
    static final boolean PERMUTES = VECTOR && Simd.BITS == 512;

    private Live() {}
}
