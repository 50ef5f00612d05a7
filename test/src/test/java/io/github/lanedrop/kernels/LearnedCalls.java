package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.KernelCalls.KernelCall;
import io.github.lanedrop.kernels.Memory.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;

/** A call of every entry of learned rates, for {@link KernelCalls}. */
final class LearnedCalls {
    private static final int ELEMENTS = 767;

    private LearnedCalls() {}

    static Stream<KernelCall> in(Kind kind) {
        return LearnedEntries.all().stream().map(entry -> {
            var random = new Random(1);
            MemorySegment[] buffers = entry.buffers().stream()
                    .map(buffer -> {
                        float[] values = buffer.values(random, ELEMENTS);
                        long bytes = 4L * values.length;
                        MemorySegment segment = new Memory(kind, Arena.ofAuto(), bytes).take(0, bytes);
                        MemorySegment.copy(values, 0, segment, Memory.FLOAT, 0, values.length);
                        return segment;
                    })
                    .toArray(MemorySegment[]::new);
            return new KernelCall(
                    "learned rates, float32, " + kind + ": " + entry.name(),
                    () -> entry.call().run(buffers, ELEMENTS, Workers.NONE));
        });
    }
}
