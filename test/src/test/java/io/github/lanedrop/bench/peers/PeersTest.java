package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.bench.peers.Peer.Operation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers are found by name, and do what they are asked to. */
final class PeersTest {
    private static List<Peer> loops() {
        return List.of(
                new SplittableRandomLoop(), new ThreadLocalRandomLoop(), new CommonsRngLoop(), new WeakHashLoop());
    }

    private static MemorySegment buffer(int elements) {
        MemorySegment buffer = Arena.ofAuto().allocate((long) elements * Float.BYTES, 64);
        for (int i = 0; i < elements; i++) {
            buffer.setAtIndex(JAVA_FLOAT, i, 2);
        }
        return buffer;
    }

    @Test
    void theOnesThatNeedNoLibraryAreFoundByName() {
        assertThat(Peers.all())
                .extracting(Peer::id)
                .contains("lanedrop", "splittable-random", "thread-local-random", "commons-rng", "weak-hash")
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z0-9-]+"));
        assertThat(Peers.find("weak-hash")).isInstanceOf(WeakHashLoop.class);
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThatAreThere() {
        assertThatThrownBy(() -> Peers.find("tortch"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "no peer \"tortch\" on the class path: there are lanedrop, splittable-random, ");
        assertThatThrownBy(() -> Peers.findProduct("tortch"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no peer \"tortch\"");
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .25, .9})
    void theRateAndTheCountReachThePeer(double rate) {
        int elements = 50_001;
        for (String id : List.of("lanedrop", "splittable-random", "thread-local-random", "commons-rng", "weak-hash")) {
            MemorySegment dst = buffer(elements + 1);
            try (Peer.Work work =
                    Peers.find(id).prepare(new Peer.Task(buffer(elements), buffer(elements), dst, elements, rate, 1))) {
                for (Operation operation : Operation.values()) {
                    switch (operation) {
                        case FORWARD -> work.forward();
                        case BACKWARD -> work.backward();
                        case IN_PLACE -> {
                            dst.copyFrom(buffer(elements + 1));
                            work.inPlace();
                        }
                    }
                    assertThat(work.result()).isSameAs(dst);
                    assertThat(work.allocates()).isFalse();
                    int dropped = 0;
                    for (int i = 0; i < elements; i++) {
                        float value = dst.getAtIndex(JAVA_FLOAT, i);
                        dropped += value == 0 ? 1 : 0;
                        if (value != 0) {
                            assertThat(value).isCloseTo((float) (2 / (1 - rate)), within(1e-5f));
                        }
                    }
                    assertThat((double) dropped)
                            .as("%s %s", id, operation)
                            .isCloseTo(elements * rate, within(6 * Math.sqrt(elements * rate * (1 - rate))));
                    assertThat(dst.getAtIndex(JAVA_FLOAT, elements))
                            .as("%s %s, behind the end", id, operation)
                            .isEqualTo(2);
                }
            }
        }
    }

    /** The weakness that the report names. */
    @Test
    void theWeakHashMovesItsMaskByOneElementACall() {
        int elements = 10_000;
        MemorySegment dst = buffer(elements);
        try (Peer.Work work = new WeakHashLoop().prepare(new Peer.Task(buffer(elements), dst, dst, elements, .5, 1))) {
            work.forward();
            float[] first = dst.toArray(JAVA_FLOAT);
            work.forward();
            for (int i = 0; i < elements - 1; i++) {
                assertThat(dst.getAtIndex(JAVA_FLOAT, i)).isEqualTo(first[i + 1]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("loops")
    void aLoopHasOneThread(Peer loop) {
        MemorySegment buffer = buffer(8);
        assertThat(loop.isParallel()).isFalse();
        assertThatThrownBy(() -> loop.prepare(new Peer.Task(buffer, buffer, buffer, 8, .5, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(loop.id() + " has one thread, got 2");
    }

    @Test
    void aTaskThatMakesNoSenseIsRefused() {
        MemorySegment buffer = buffer(8);
        assertThatThrownBy(() -> new Peer.Task(buffer, buffer, buffer, 9, .5, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("buffers must hold 9 float32 elements");
        for (double rate : new double[] {0, 1, Double.NaN}) {
            assertThatThrownBy(() -> new Peer.Task(buffer, buffer, buffer, 8, rate, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the rate in (0, 1)");
        }
        assertThatThrownBy(() -> new Peer.Task(buffer, buffer, buffer, 0, .5, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Peer.Task(buffer, buffer, buffer, 8, .5, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
