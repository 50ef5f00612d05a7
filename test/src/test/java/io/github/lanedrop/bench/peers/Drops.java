package io.github.lanedrop.bench.peers;

/** Whom a peer made by hand drops, rightly or wrongly. */
interface Drops {
    /** A decision for each call and element. */
    Drops INDEPENDENTLY = (call, element, rate) -> uniform(call, element) < rate;

    Drops NOTHING = (_, _, _) -> false;
    Drops THE_SAME_IN_EVERY_CALL = (_, element, rate) -> INDEPENDENTLY.isDropped(1, element, rate);
    Drops NEIGHBOURS_TOGETHER = (call, element, rate) -> INDEPENDENTLY.isDropped(call, element / 2, rate);

    boolean isDropped(int call, int element, double rate);

    /** A uniform number in [0, 1) of a call and an element: SplitMix64's finaliser. */
    static double uniform(int call, int element) {
        long z = ((long) call << 32 | element) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1p-53;
    }
}
