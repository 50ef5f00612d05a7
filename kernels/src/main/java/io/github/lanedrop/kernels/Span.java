package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Fate;

/** The keep bits of the elements at hand. */
final class Span {
    /** What is known of all of them; the bits tell the same. */
    Fate fate = Fate.MIXED;

    /** Holds the bits, lowest bit first. */
    byte[] bits = {};

    /** The byte whose bit 0 is the first element's. */
    int bitsAt;

    void set(Fate newFate, byte[] newBits, int newBitsAt) {
        fate = newFate;
        bits = newBits;
        bitsAt = newBitsAt;
    }
}
