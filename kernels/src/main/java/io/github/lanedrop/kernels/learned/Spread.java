package io.github.lanedrop.kernels.learned;

/** Copies values to the elements that share them, those of one chunk. */
public final class Spread {
    private Spread() {}

    /**
     * The value of each element.
     *
     * @param shared length of the axis that shares
     * @param inner elements of one place on that axis
     * @param first index of the first element
     * @param values all values of the groups that the elements lie in, from the first's first
     * @param dst receives a value for each element
     * @param at where in {@code dst}
     * @param count how many elements
     */
    public static void spread(long shared, long inner, long first, float[] values, float[] dst, int at, int count) {
        long group = shared * inner;
        int base = 0; // of the group's values
        int done = 0;
        while (done < count) {
            long inGroup = (first + done) % group;
            int end = (int) Math.min(count, done + group - inGroup);
            // the rest of an inner run, then a whole one, then what stands doubles
            int column = (int) (inGroup % inner);
            int length = (int) Math.min(end - done, inner - column);
            System.arraycopy(values, base + column, dst, at + done, length);
            done += length;
            int whole = done;
            length = (int) Math.min(end - done, inner);
            System.arraycopy(values, base, dst, at + done, length);
            done += length;
            while (done < end) {
                length = Math.min(end - done, done - whole);
                System.arraycopy(dst, at + whole, dst, at + done, length);
                done += length;
            }
            base += (int) inner;
        }
    }
}
