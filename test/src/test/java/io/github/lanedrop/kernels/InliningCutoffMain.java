package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.KernelCalls.KernelCall;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** The main class of the children of {@link InliningCutoffTest}: makes calls until C2 has compiled what they run. */
public final class InliningCutoffMain {
    /** The calls are made in turn, so that C2 finds the profiles of all. */
    private static final int ROUNDS = 12;

    private static final int CALLS = 60;

    private InliningCutoffMain() {}

    /**
     * Runs it, with {@code -Dtests.shapes=true} after another user of vectors.
     *
     * @param arguments the seed of the order in which every kernel is called, or none to call one that is too big
     */
    public static void main(String[] arguments) {
        Overlap.slicesAreInlined = true; // compiled in any case
        if (Boolean.getBoolean("tests.shapes")) {
            OtherShapes.use();
        }
        List<KernelCall> calls = new ArrayList<>();
        if (arguments.length == 0) {
            int[] values = IntStream.range(0, 64).toArray();
            calls.add(new KernelCall("too big", () -> VectorCliff.byHelpers(values)));
            calls.add(new KernelCall("small", () -> VectorCliff.byLoop(values)));
        } else {
            calls.addAll(KernelCalls.all());
            FusedCalls.all().forEach(calls::add);
            Collections.shuffle(calls, new Random(Long.parseLong(arguments[0])));
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (KernelCall call : calls) {
                for (int i = 0; i < CALLS; i++) {
                    call.call().run();
                }
            }
        }
    }
}
