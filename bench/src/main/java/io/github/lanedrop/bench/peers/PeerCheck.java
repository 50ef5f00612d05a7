package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.lanedrop.bench.peers.Peer.Operation;
import io.github.lanedrop.bench.peers.Peer.Task;
import io.github.lanedrop.bench.peers.Peer.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Optional;

/**
 * Whether a peer computes dropout, which it must prove before it is timed.
 *
 * <p>At rates 0.1 and 0.5, on {@link #ELEMENTS} elements and on a short count that no vector divides:
 * <ul>
 *   <li>every element of the result is 0 (of either sign: who multiplies by a mask gets -0) or the input times
 *       {@code 1 / (1 - rate)}, within 4 ulp;
 *   <li>the dropped share is within 6 sigma of the rate, and so, with the scale, the expectation is that of the input;
 *   <li>neighbours are independent: as many neighbouring pairs are dropped as the share predicts, within 6 sigma;
 *   <li>the first 256 decisions do not come again: the mask has no period;
 *   <li>the masks of two calls are independent: they agree in as many elements as chance, within 6 sigma;
 *   <li>in place is the same, and {@code dst} holds the result;
 *   <li>backward drops what the last forward dropped, and scales what it is given by the same;
 *   <li>inputs stay as they were.
 * </ul>
 */
public final class PeerCheck {
    /** Elements of the statistical checks. */
    public static final int ELEMENTS = 1 << 20;

    private static final int FEW = 1003;
    private static final double[] RATES = {.1, .5};
    private static final double SIGMAS = 6;
    private static final int ULPS = 4;
    private static final int PATTERN = 256;

    private final Task task;

    private PeerCheck(Task task) {
        this.task = task;
    }

    /**
     * Checks a peer.
     *
     * @param peer the peer
     * @param threads how many threads it is to use
     * @return why it must not be timed, in one sentence; empty if it computes dropout
     */
    public static Optional<String> refusal(Peer peer, int threads) {
        for (double rate : RATES) {
            for (int elements : new int[] {FEW, ELEMENTS}) {
                try (Arena arena = Arena.ofShared()) {
                    Task task = new Task(
                            buffer(arena, elements),
                            buffer(arena, elements),
                            buffer(arena, elements),
                            elements,
                            rate,
                            threads);
                    new PeerCheck(task).check(peer);
                } catch (Wrong wrong) {
                    return Optional.of("%s at rate %s on %,d elements: %s"
                            .formatted(peer.id(), rate, elements, wrong.getMessage()));
                } catch (Exception | LinkageError e) {
                    return Optional.of(peer.id() + " fails: " + e);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Checks a product peer: products of all layouts against double precision, the epilogue's drops like those of a peer.
     *
     * @param peer the peer
     * @param threads how many threads it is to use
     * @return why it must not be timed, in one sentence; empty if it computes products and, where it has an epilogue,
     *     bias, ReLU and dropout
     */
    public static Optional<String> refusal(ProductPeer peer, int threads) {
        return ProductCheck.refusal(peer, threads);
    }

    private static MemorySegment buffer(Arena arena, int elements) {
        return arena.allocate((long) elements * Float.BYTES, 64);
    }

    /** What a peer does wrong. */
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message);
        }
    }

    private void check(Peer peer) throws Wrong {
        fill(task.src(), 1);
        fill(task.gradient(), -3);
        try (Work work = peer.prepare(task)) {
            task.dst().fill((byte) -1); // NaN
            work.forward();
            BitSet first = mask(work.result(), 1);
            work.forward();
            BitSet second = mask(work.result(), 1);
            independent(first, second);
            if (peer.operations().contains(Operation.BACKWARD)) {
                work.backward();
                if (!mask(work.result(), -3).equals(second)) {
                    throw new Wrong("backward drops other elements than forward did");
                }
            }
            unchanged(task.src(), 1, "src");
            unchanged(task.gradient(), -3, "the gradient");
            if (peer.operations().contains(Operation.IN_PLACE)) {
                fill(task.dst(), 1);
                work.inPlace();
                BitSet third = mask(task.dst(), 1);
                fill(task.dst(), 1);
                work.inPlace();
                independent(third, mask(task.dst(), 1));
            }
        }
    }

    /** What is put in: of both signs, never 0. */
    private static float input(int i, float factor) {
        return factor * (i % 3 == 0 ? -1 : 1) * (1 + i % 1000 * 1e-3f);
    }

    private void fill(MemorySegment segment, float factor) {
        for (int i = 0; i < task.elements(); i++) {
            segment.setAtIndex(JAVA_FLOAT, i, input(i, factor));
        }
    }

    private void unchanged(MemorySegment segment, float factor, String name) throws Wrong {
        for (int i = 0; i < task.elements(); i++) {
            if (segment.getAtIndex(JAVA_FLOAT, i) != input(i, factor)) {
                throw new Wrong(name + " is changed at element " + i);
            }
        }
    }

    /** Which elements were dropped, where everything else is as it must be. */
    private BitSet mask(MemorySegment result, float factor) throws Wrong {
        double scale = 1 / (1 - task.rate());
        BitSet dropped = new BitSet();
        for (int i = 0; i < task.elements(); i++) {
            float value = result.getAtIndex(JAVA_FLOAT, i);
            float kept = (float) (input(i, factor) * scale);
            if (value == 0) {
                dropped.set(i);
            } else if (!(Math.abs(value - kept) <= ULPS * Math.ulp(kept))) {
                throw new Wrong("element " + i + " is " + value + ", neither 0 nor " + kept);
            }
        }
        int count = dropped.cardinality();
        within("dropped elements", count, task.elements(), task.rate());
        if (task.elements() == ELEMENTS) {
            neighboursAreIndependent(dropped);
            doesNotRepeat(dropped);
        }
        return dropped;
    }

    /** As many successes of so many trials as their probability says. */
    static void within(String what, int successes, int trials, double probability) throws Wrong {
        double expected = trials * probability;
        double sigma = Math.sqrt(expected * (1 - probability));
        if (!(Math.abs(successes - expected) <= SIGMAS * sigma)) {
            throw new Wrong("%,d %s, expected %,.0f +- %,.0f".formatted(successes, what, expected, SIGMAS * sigma));
        }
    }

    /** Disjoint pairs, so that the counts are those of independent trials. */
    private void neighboursAreIndependent(BitSet dropped) throws Wrong {
        for (int start = 0; start < 2; start++) {
            int pairs = (task.elements() - start) / 2;
            int both = 0;
            for (int pair = 0; pair < pairs; pair++) {
                int i = start + 2 * pair;
                both += dropped.get(i) && dropped.get(i + 1) ? 1 : 0;
            }
            within("dropped pairs of neighbours", both, pairs, task.rate() * task.rate());
        }
    }

    private void doesNotRepeat(BitSet dropped) throws Wrong {
        for (int start = 1; start <= task.elements() - PATTERN; start++) {
            int same = 0;
            while (same < PATTERN && dropped.get(same) == dropped.get(start + same)) {
                same++;
            }
            if (same == PATTERN) {
                throw new Wrong("the mask repeats itself after " + start + " elements");
            }
        }
    }

    private void independent(BitSet mask, BitSet next) throws Wrong {
        BitSet differing = (BitSet) mask.clone();
        differing.xor(next);
        within(
                "elements that two calls decide differently",
                differing.cardinality(),
                task.elements(),
                2 * task.rate() * (1 - task.rate()));
    }
}
