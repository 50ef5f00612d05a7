package io.github.lanedrop.layers;

import java.util.Arrays;

/**
 * Walks tensors of one shape in step, through heap arrays that stay in L1: the compiler makes better code of plain loops
 * over arrays than of loops over segments.
 */
final class Chunks {
    /** Elements at a time. */
    static final int ELEMENTS = 512;

    private Chunks() {}

    /** Arithmetic on the same elements of several tensors. */
    interface Operation {
        void run(float[][] chunk, int elements);
    }

    /** Reads all tensors, runs the operation, and writes back all but the last, which is only read. */
    static void update(Operation operation, Tensor... tensors) {
        int last = tensors.length - 1;
        Arrays.stream(tensors).forEach(tensor -> tensor.requireSameShape("gradient", tensors[0]));
        float[][] chunk = new float[tensors.length][ELEMENTS];
        for (long at = 0; at < tensors[0].elements(); at += ELEMENTS) {
            int elements = (int) Math.min(ELEMENTS, tensors[0].elements() - at);
            for (int t = 0; t <= last; t++) {
                tensors[t].read(at, chunk[t], elements);
            }
            operation.run(chunk, elements);
            for (int t = 0; t < last; t++) {
                tensors[t].write(at, chunk[t], elements);
            }
        }
    }
}
