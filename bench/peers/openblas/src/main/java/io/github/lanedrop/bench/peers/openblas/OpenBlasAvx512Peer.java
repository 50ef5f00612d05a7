package io.github.lanedrop.bench.peers.openblas;

/** OpenBLAS with its kernels for AVX-512, which it does not choose on every CPU that has it. */
public final class OpenBlasAvx512Peer extends OpenBlas {
    /** Loads nothing. */
    public OpenBlasAvx512Peer() {
        super("openblas-avx512", Kernels.SKYLAKEX);
    }
}
