package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.norm.NormLoops;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The loops of layer normalisation on the live path. */
final class Norm {
    private static final AtomicReferenceArray<NormLoops> LOOPS = new AtomicReferenceArray<>(Memories.KINDS);

    private Norm() {}

    /** Whether {@link #loops} read and write this kind of memory, or else arrays that must stand in for it. */
    static boolean reads(Class<?> memory) {
        return Live.VECTOR ? Memories.haveLoops(memory) : memory == Memories.FLOAT_ARRAY;
    }

    /** The loops over memory of this kind, or over arrays. */
    static NormLoops loops(Class<?> memory) {
        if (!Live.VECTOR) {
            return NormLoops.SCALAR;
        }
        Class<?> read = Memories.haveLoops(memory) ? memory : Memories.FLOAT_ARRAY;
        int kind = Memories.kind(read);
        NormLoops loops = LOOPS.get(kind);
        if (loops == null) {
            loops = NormLoops.vectors(read);
            if (!FusedSelfTest.agrees(read, loops, NormLoops.SCALAR)) {
                FusedSelfTest.warn("layer normalisation");
                loops = NormLoops.SCALAR;
            }
            LOOPS.set(kind, loops); // two threads may define two, which are alike
        }
        return loops;
    }
}
