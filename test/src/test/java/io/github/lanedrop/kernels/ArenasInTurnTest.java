package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Memory of one thread and memory of all threads, call after call in turn: C2 speculates on whose memory a loop is given,
 * and one that takes both may be thrown away and compiled again a hundred times before C2 lets it be, half a minute in which
 * calls take a hundred times as long. Deoptimisations are counted by the JVM itself.
 */
@Tag("alone")
@Tag("arenas")
final class ArenasInTurnTest {
    private static final int ROWS = 8;
    private static final int COLUMNS = 256;
    private static final int ELEMENTS = ROWS * COLUMNS;
    private static final int CALLS = 30_000;
    /** C2 gives a speculation up after four failures of it, and a method has a few. */
    private static final long MOST = 30;

    private static final BernoulliMask MASK = new BernoulliMask(Rate.drop(.1), Key.of(1));

    /** Buffers in memory of one arena. */
    private record Buffers(
            MemorySegment x,
            MemorySegment y,
            MemorySegment z,
            MemorySegment row,
            MemorySegment otherRow,
            MemorySegment thirdRow) {
        static Buffers in(Arena arena) {
            return new Buffers(
                    arena.allocate(Float.BYTES * ELEMENTS),
                    arena.allocate(Float.BYTES * ELEMENTS),
                    arena.allocate(Float.BYTES * ELEMENTS),
                    arena.allocate(Float.BYTES * COLUMNS),
                    arena.allocate(Float.BYTES * COLUMNS),
                    arena.allocate(Float.BYTES * COLUMNS));
        }
    }

    /** A kernel's call. */
    private interface Call {
        void on(Buffers b);
    }

    /** A call with its name. */
    private record Named(String name, Call call) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Named> calls() {
        return Stream.of(
                new Named("dropout", b -> DropoutKernel.forward(MASK, 0, b.x, b.y, ELEMENTS)),
                new Named("noise", b -> NoiseKernel.multiply(
                        GaussianNoise.dropout(Rate.drop(.1), Key.of(1)), 0, b.x, b.y, ELEMENTS)),
                new Named("RELU", b -> chain(Activation.RELU, b)),
                new Named("GELU", b -> chain(Activation.GELU, b)),
                new Named("GELU backward", b -> BiasActivationDropout.backward(
                        MASK, 0, Activation.GELU, b.x, b.row, b.y, b.z, b.otherRow, ROWS, COLUMNS)),
                new Named("normalisation", b -> LayerNormKernel.forward(norm(b), b.x, b.y, b.otherRow, b.thirdRow, ROWS)),
                new Named("normalisation backward", b -> LayerNormKernel.backward(
                        norm(b), b.x, b.row, b.row, b.y, b.z, b.otherRow, b.thirdRow, ROWS)),
                new Named("product", b -> MatrixProduct.multiply(
                        Matrix.of(b.x, ROWS, COLUMNS),
                        Matrix.of(b.y, ROWS, COLUMNS).transpose(),
                        Matrix.of(b.z, ROWS, ROWS))));
    }

    private static void chain(Activation activation, Buffers b) {
        BiasActivationDropout.forward(MASK, 0, activation, b.x, b.row, b.y, ROWS, COLUMNS);
    }

    private static LayerNorm norm(Buffers b) {
        return new LayerNorm(b.row, b.row, COLUMNS, 1e-5f);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void noLoopIsCompiledAgainAndAgain(Named named) throws IOException {
        Map<String, Long> deoptimised;
        try (Arena ofOneThread = Arena.ofConfined()) {
            List<Buffers> buffers = List.of(Buffers.in(ofOneThread), Buffers.in(Arena.ofAuto()));
            deoptimised = deoptimisations(() -> {
                for (int i = 0; i < CALLS; i++) {
                    named.call.on(buffers.get(i % 2));
                }
            });
        }
        assertThat(deoptimised.values()).as("%s: %s", named, deoptimised).allMatch(count -> count <= MOST);
    }

    /** How often each method was thrown away. */
    private static Map<String, Long> deoptimisations(Runnable run) throws IOException {
        Path file = Files.createTempFile("lanedrop", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.Deoptimization");
            recording.start();
            run.run();
            recording.stop();
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .collect(Collectors.groupingBy(ArenasInTurnTest::method, Collectors.counting()));
        } finally {
            Files.delete(file);
        }
    }

    private static String method(RecordedEvent event) {
        RecordedMethod method = event.getValue("method");
        return method.getType().getName() + "." + method.getName();
    }
}
