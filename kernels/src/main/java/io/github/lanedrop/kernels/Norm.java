package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.norm.NormLoops;
import io.github.lanedrop.rng.simd.Trust;
import java.util.List;
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
            loops = Trust.tested(
                    "layer normalisation", () -> NormLoops.vectors(read), made -> agrees(read, made), NormLoops.SCALAR);
            LOOPS.set(kind, loops); // two threads may define two, which are alike
        }
        return loops;
    }

    private static boolean agrees(Class<?> memory, NormLoops loops) {
        return FusedSelfTest.agrees(memory, loops, NormLoops.SCALAR);
    }

    /** Whether all loops, which this defines, give the bits of their definition. */
    static boolean allAgree() {
        boolean agree = true;
        for (Class<?> memory : List.of(Memories.NATIVE, Memories.FLOAT_ARRAY)) {
            agree &= agrees(memory, loops(memory));
        }
        return agree;
    }
}
