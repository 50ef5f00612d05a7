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
 * and one over four segments and more is thrown away and compiled again a hundred times before C2 lets it be, half a minute
 * in which calls take a hundred times as long. The JVM counts how often; compilers must not run in the background, so that
 * it is the calls that decide and not the time.
 */
@Tag("alone")
@Tag("arenas")
final class ArenasInTurnTest {
    private static final int ROWS = 48; // 3 chunks and more: random bits are made ahead
    private static final int COLUMNS = 272; // with more than rounds of 64 partial sums
    private static final int ELEMENTS = ROWS * COLUMNS;
    private static final int CALLS = 1_500;
    /** C2 gives a speculation up after four failures of it, and a loop has two or three. */
    private static final long MOST = 15;

    private static final BernoulliMask MASK = new BernoulliMask(Rate.drop(.1), Key.of(1));
    private static final AttentionShape SHAPE = AttentionShape.of(AttentionScores.of(1, 34, 34), 64);

    /** Buffers in memory of one arena. */
    record Buffers(
            MemorySegment x,
            MemorySegment y,
            MemorySegment z,
            MemorySegment w,
            MemorySegment row,
            MemorySegment otherRow,
            MemorySegment thirdRow) {
        static Buffers in(Arena arena) {
            return new Buffers(
                    arena.allocate(Float.BYTES * ELEMENTS),
                    arena.allocate(Float.BYTES * ELEMENTS),
                    arena.allocate(Float.BYTES * ELEMENTS),
                    arena.allocate(Float.BYTES * ELEMENTS),
                    arena.allocate(Float.BYTES * COLUMNS),
                    arena.allocate(Float.BYTES * COLUMNS),
                    arena.allocate(Float.BYTES * COLUMNS));
        }
    }

    /** A kernel's call. */
    interface Call {
        void on(Buffers b);
    }

    /** A call with its name. */
    record Named(String name, Call call) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Those with most buffers first: later ones find the JVM's profiles made. */
    static Stream<Named> calls() {
        var noise = GaussianNoise.dropout(Rate.drop(.1), Key.of(1));
        var dropBlock = new DropBlockMask(DropBlock.exact(Rate.drop(.1), 3, 16, 17), Key.of(1));
        return Stream.of(
                new Named("SILU backward", b -> chainBackward(Activation.SILU, b)),
                new Named("GELU backward", b -> chainBackward(Activation.GELU, b)),
                new Named("RELU backward", b -> chainBackward(Activation.RELU, b)),
                new Named("bias backward", b -> chainBackward(Activation.IDENTITY, b)),
                new Named(
                        "normalisation backward",
                        b -> LayerNormKernel.backward(
                                norm(b), b.x, b.row, b.row, b.y, b.z, b.otherRow, b.thirdRow, ROWS)),
                new Named(
                        "dropout, residual, normalisation backward",
                        b -> DropoutResidualLayerNorm.backward(
                                MASK,
                                0,
                                norm(b),
                                b.x,
                                b.row,
                                b.row,
                                b.y,
                                b.y,
                                b.z,
                                b.w,
                                b.otherRow,
                                b.thirdRow,
                                ROWS,
                                Workers.NONE)),
                new Named(
                        "attention backward",
                        b -> Attention.backward(
                                MASK,
                                0,
                                SHAPE,
                                new AttentionOperands(b.x, b.x, b.x),
                                b.x,
                                b.row,
                                b.x,
                                new AttentionOperands(b.y, b.z, b.w))),
                new Named(
                        "normalisation", b -> LayerNormKernel.forward(norm(b), b.x, b.y, b.otherRow, b.thirdRow, ROWS)),
                new Named(
                        "dropout, residual, normalisation",
                        b -> DropoutResidualLayerNorm.forward(
                                MASK, 0, norm(b), b.x, b.y, b.z, b.w, b.otherRow, b.thirdRow, ROWS, Workers.NONE)),
                new Named("dropout", b -> DropoutKernel.forward(MASK, 0, b.x, b.y, ELEMENTS)),
                new Named("DropBlock", b -> DropoutKernel.forward(dropBlock, 0, b.x, b.y, ELEMENTS)),
                new Named(
                        "residual",
                        b -> ResidualDropout.forward(MASK, DType.FLOAT32, 0, b.x, b.y, b.z, ELEMENTS, Workers.NONE)),
                new Named(
                        "zoneout", b -> Zoneout.forward(MASK, DType.FLOAT32, 0, b.x, b.y, b.z, ELEMENTS, Workers.NONE)),
                new Named("noise", b -> NoiseKernel.multiply(noise, 0, b.x, b.y, ELEMENTS)),
                new Named("bias", b -> chain(Activation.IDENTITY, b)),
                new Named("RELU", b -> chain(Activation.RELU, b)),
                new Named("GELU", b -> chain(Activation.GELU, b)),
                new Named(
                        "variational dropout",
                        b -> VariationalDropout.forward(
                                Key.of(1), 0, Sharing.NONE, b.x, b.y, b.z, ELEMENTS, Workers.NONE)),
                new Named(
                        "attention",
                        b -> Attention.forward(MASK, 0, SHAPE, new AttentionOperands(b.x, b.x, b.x), b.y, b.row)),
                new Named(
                        "product",
                        b -> MatrixProduct.multiply(
                                Matrix.of(b.x, ROWS, COLUMNS),
                                Matrix.of(b.y, ROWS, COLUMNS).transpose(),
                                Matrix.of(b.z, ROWS, ROWS))));
    }

    private static void chain(Activation activation, Buffers b) {
        BiasActivationDropout.forward(MASK, 0, activation, b.x, b.row, b.y, ROWS, COLUMNS);
    }

    private static void chainBackward(Activation activation, Buffers b) {
        BiasActivationDropout.backward(MASK, 0, activation, b.x, b.row, b.y, b.z, b.otherRow, ROWS, COLUMNS);
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
