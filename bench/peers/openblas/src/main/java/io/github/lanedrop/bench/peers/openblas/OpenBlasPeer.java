package io.github.lanedrop.bench.peers.openblas;

/** OpenBLAS with the kernels that it chooses by the CPU. */
public final class OpenBlasPeer extends OpenBlas {
    /** Loads nothing. */
    public OpenBlasPeer() {
        super("openblas", Kernels.CHOSEN);
    }
}
