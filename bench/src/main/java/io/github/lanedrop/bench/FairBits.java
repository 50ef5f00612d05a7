package io.github.lanedrop.bench;

import io.github.lanedrop.kernels.Rate;
import java.io.ByteArrayOutputStream;

/**
 * Turns the keep bits of a mask of any rate into bits that are uniform if, and only if, the mask is what it should be:
 * independent elements, each dropped with the probability of the rate.
 *
 * <p>It is the encoder of arithmetic coding, which writes the number in [0, 1) that the elements select when each of them
 * cuts the interval that is left in two, at {@code rate}, and takes the lower part where it is dropped and the upper one
 * where it is kept. Of independent elements that number is uniform in [0, 1), and so are its bits. Nothing is thrown
 * away, unlike with von Neumann's pairs (81 % of them at rate 0.1, and the rate itself) or the ranks of blocks among
 * those with as many kept (the number kept): the mask can be read back from the bits. So a rate that is off, or elements
 * that depend on each other, however far apart, end up in them. At rate 0.1 an element gives 0.47 bits.
 *
 * <p>An interval is 48 to 56 bits wide, so its parts are off by 2^-16 of the smaller probability at the very most, at a
 * rate of 2^-32, and by 2^-44 at rate 0.1: far below what any amount of output could show.
 *
 * <p>Source: G. N. N. Martin, "Range Encoding", Video and Data Recording Conference (1979).
 */
final class FairBits {
    private static final int LOW_BITS = 56;
    private static final int NEXT_BYTE = LOW_BITS - Byte.SIZE;
    private static final int NONE = -1;

    /** {@code rate * 2^64}. */
    private final long drop;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    /** The interval's start, after the bytes that have been shifted out; bit 56 is a carry into them. */
    private long low;

    private long width = 1L << LOW_BITS;
    /** The last byte shifted out that is not 255: a carry may still change it. */
    private int held = NONE;
    /** How many bytes of 255 follow it; a carry makes them 0. */
    private long runOf255;

    /**
     * Begins a stream.
     *
     * @param rate of the mask, above 0 and below 1
     */
    FairBits(Rate rate) {
        if (rate.keepsAll() || rate.dropsAll()) {
            throw new IllegalArgumentException("a mask of rate 0 or 1 draws no bits");
        }
        drop = rate.threshold() << 32;
    }

    /**
     * Takes further elements of the mask.
     *
     * @param keepBits eight elements a byte, the first in the lowest bit
     * @param bytes how many bytes of them
     */
    void take(byte[] keepBits, int bytes) {
        for (int i = 0; i < bytes; i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                long dropped = Math.unsignedMultiplyHigh(width, drop);
                long kept = -((keepBits[i] >>> bit) & 1); // all ones, since a branch on it is guessed wrong
                low += dropped & kept;
                width = (dropped & ~kept) | ((width - dropped) & kept);
                while (width >>> NEXT_BYTE == 0) {
                    shiftOut();
                }
            }
        }
    }

    private void shiftOut() {
        int next = (int) (low >>> NEXT_BYTE);
        if (next == 0xFF) {
            runOf255++;
        } else {
            int carry = next >>> Byte.SIZE;
            if (held != NONE) { // the number is below 1: no carry leaves its first byte
                out.write(held + carry);
            }
            for (; runOf255 > 0; runOf255--) {
                out.write(0xFF + carry);
            }
            held = next & 0xFF;
        }
        low = (low & ((1L << NEXT_BYTE) - 1)) << Byte.SIZE;
        width <<= Byte.SIZE;
    }

    /**
     * The bytes that no further element changes, the highest bit of the number first.
     *
     * @return those since the last call
     */
    byte[] drain() {
        byte[] bytes = out.toByteArray();
        out.reset();
        return bytes;
    }
}
