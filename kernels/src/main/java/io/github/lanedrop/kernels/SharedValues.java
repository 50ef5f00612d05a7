package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.learned.Spread;
import java.lang.foreign.MemorySegment;

/** Reads values that elements share. */
final class SharedValues {
    private SharedValues() {}

    /** Fills {@code scratch.spread} with the value of each element of a chunk. */
    static void spread(Sharing sharing, MemorySegment values, long first, int count, LearnedScratch scratch) {
        long inner = sharing.inner();
        if (sharing.shared() == 1) {
            MemorySegment.copy(values, FLOAT, first * Float.BYTES, scratch.spread, 0, count);
            return;
        }
        int done = 0;
        while (done < count) {
            long element = first + done;
            int next = count - done;
            if (inner > LearnedScratch.CHUNK) { // few values of the group are needed, and they are consecutive
                next = (int) Math.min(next, inner - element % inner);
                MemorySegment.copy(values, FLOAT, sharing.index(element) * Float.BYTES, scratch.spread, done, next);
            } else {
                long group = sharing.shared() * inner;
                long firstGroup = element / group;
                int needed = (int) (((element + next - 1) / group - firstGroup + 1) * inner);
                MemorySegment.copy(values, FLOAT, firstGroup * inner * Float.BYTES, scratch.values, 0, needed);
                Spread.spread(sharing.shared(), inner, element, scratch.values, scratch.spread, done, next);
            }
            done += next;
        }
    }
}
