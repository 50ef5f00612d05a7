package io.github.lanedrop.kernels.mask;

/** Spreads the ones of a string of bits, a word at a time: the definition. */
public final class ScalarDilation {
    private ScalarDilation() {}

    /**
     * {@code bits |= bits << shift}: bit {@code i} is set where bit {@code i - shift} was.
     *
     * @param words the string from index {@code at}; zeros before that, {@code shift / 64 + 1} of them or more
     * @param at of the first word
     * @param count words of the string
     * @param shift by how many bits, 0 or more
     */
    public static void shiftOr(long[] words, int at, int count, int shift) {
        int whole = shift >>> 6;
        int part = shift & 63;
        for (int i = at + count - 1; i >= at; i--) { // downwards: what is shifted is still as it was
            long carried = (words[i - whole - 1] >>> 1) >>> (63 - part); // shifted twice, since a shift by 64 is none
            words[i] |= (words[i - whole] << part) | carried;
        }
    }
}
