package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.norm.NormLoop;
import io.github.lanedrop.kernels.norm.Norms;
import io.github.lanedrop.kernels.norm.ScalarNorm;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The loops of layer normalisation on the live path. */
final class Norm {
    private static final NormLoop SCALAR = new ScalarNorm();
    private static final AtomicReferenceArray<NormLoop> LOOPS = new AtomicReferenceArray<>(Memories.KINDS);

    private Norm() {}

    /** Whether {@link #loop} reads and writes this kind of memory, or else arrays that must stand in for it. */
    static boolean reads(Class<?> memory) {
        return Live.VECTOR ? Memories.haveLoops(memory) : memory == Memories.FLOAT_ARRAY;
    }

    /** The loop over memory of this kind, or over arrays. */
    static NormLoop loop(Class<?> memory) {
        if (!Live.VECTOR) {
            return SCALAR;
        }
        Class<?> read = Memories.haveLoops(memory) ? memory : Memories.FLOAT_ARRAY;
        int kind = Memories.kind(read);
        NormLoop loop = LOOPS.get(kind);
        if (loop == null) {
            loop = Norms.vectors(read);
            if (!FusedSelfTest.agrees(read, loop, SCALAR)) {
                FusedSelfTest.warn("layer normalisation");
                loop = SCALAR;
            }
            LOOPS.set(kind, loop); // two threads may define two, which are alike
        }
        return loop;
    }
}
