package io.github.lanedrop.bench.questions;

/** Elements of a call, as parameters of the benchmarks, separated by blanks. */
final class Sizes {
    /** Two buffers of it fit into the first cache of most machines. */
    static final String L1 = "4096";

    /** They fit into the second. */
    static final String L2 = "65536";

    /** They fit into the last. */
    static final String L3 = "1048576";

    /** They fit into none. */
    static final String DRAM = "16777216";

    /** Nor do several of the last. */
    static final String HUGE = "67108864";

    static final String FEW = String.join(" ", L1, L3, DRAM);
    static final String SHARED = String.join(" ", L2, L3, DRAM);
    static final String SEVERAL = String.join(" ", L1, L2, L3, DRAM);
    static final String ALL = SEVERAL + " " + HUGE;

    /** Where bars stand for one size only: what fits into the caches of most machines, and is no small call. */
    static final double USUAL = 1 << 20;

    private Sizes() {}
}
