package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.lanedrop.bench.peers.PeerCheck.Wrong;
import io.github.lanedrop.bench.peers.ProductPeer.EpilogueKind;
import io.github.lanedrop.bench.peers.ProductPeer.Task;
import io.github.lanedrop.bench.peers.ProductPeer.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Optional;

/**
 * Whether a product peer computes what it says: the product, within the error of its sums in float32, and in the epilogue
 * bias, ReLU and a dropout whose drops are as many as the rate says, independent of their neighbours and of the last call.
 */
final class ProductCheck {
    private static final double RATE = .1;
    private static final float NOT_WRITTEN = Float.NaN;

    private final Task task;
    private final double[] exact;
    private final double[] error;

    /** Computes the product in double, and how far float32 may be from it. */
    private ProductCheck(Task task) {
        this.task = task;
        exact = new double[task.rows() * task.columns()];
        error = new double[exact.length];
        for (int row = 0; row < task.rows(); row++) {
            for (int k = 0; k < task.inner(); k++) {
                double a = at(task.left(), row, k, task.rows(), task.inner(), task.leftTransposed());
                for (int column = 0; column < task.columns(); column++) {
                    double term = a * at(task.right(), k, column, task.inner(), task.columns(), task.rightTransposed());
                    exact[row * task.columns() + column] += term;
                    error[row * task.columns() + column] += Math.abs(term) * (task.inner() + 2) * 0x1p-23;
                }
            }
        }
    }

    private static float at(MemorySegment matrix, int row, int column, int rows, int columns, boolean transposed) {
        return matrix.getAtIndex(JAVA_FLOAT, transposed ? (long) column * rows + row : (long) row * columns + column);
    }

    static Optional<String> refusal(ProductPeer peer, int threads) {
        for (boolean leftTransposed : new boolean[] {false, true}) {
            for (boolean rightTransposed : new boolean[] {false, true}) {
                Optional<String> refusal = refusal(peer, 67, 35, 45, leftTransposed, rightTransposed, threads);
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
        }
        return refusal(peer, 512, 16, 1024, false, false, threads);
    }

    private static Optional<String> refusal(
            ProductPeer peer,
            int rows,
            int inner,
            int columns,
            boolean leftTransposed,
            boolean rightTransposed,
            int threads) {
        try (Arena arena = Arena.ofShared()) {
            Task task = new Task(
                    rows,
                    inner,
                    columns,
                    leftTransposed,
                    rightTransposed,
                    matrix(arena, rows * inner, 7919),
                    matrix(arena, inner * columns, 6007),
                    matrix(arena, columns, 4001),
                    matrix(arena, rows * columns, 1),
                    RATE,
                    threads);
            new ProductCheck(task).check(peer);
            return Optional.empty();
        } catch (Wrong wrong) {
            return Optional.of("%s on %d x %d x %d%s%s: %s"
                    .formatted(
                            peer.id(),
                            rows,
                            inner,
                            columns,
                            leftTransposed ? ", left transposed" : "",
                            rightTransposed ? ", right transposed" : "",
                            wrong.getMessage()));
        } catch (Exception | LinkageError e) {
            return Optional.of(peer.id() + " fails: " + e);
        }
    }

    private static MemorySegment matrix(Arena arena, int elements, int step) {
        MemorySegment matrix = arena.allocate((long) elements * Float.BYTES, 64);
        for (int i = 0; i < elements; i++) {
            matrix.setAtIndex(JAVA_FLOAT, i, ((long) i * step % 2003 - 1001) * 1e-3f);
        }
        return matrix;
    }

    private void check(ProductPeer peer) throws Wrong {
        try (Work work = peer.prepare(task)) {
            poison();
            work.product();
            product(work.result());
            if (peer.epilogue() != EpilogueKind.NONE) {
                poison();
                work.epilogue();
                BitSet first = dropped(work.result());
                work.epilogue();
                first.xor(dropped(work.result()));
                PeerCheck.within(
                        "elements that two calls decide differently",
                        first.cardinality(),
                        positive().cardinality(),
                        2 * RATE * (1 - RATE));
            }
        }
    }

    private void poison() {
        for (int i = 0; i < exact.length; i++) {
            task.result().setAtIndex(JAVA_FLOAT, i, NOT_WRITTEN);
        }
    }

    private void product(MemorySegment result) throws Wrong {
        for (int i = 0; i < exact.length; i++) {
            near(i, result.getAtIndex(JAVA_FLOAT, i), exact[i], error[i]);
        }
    }

    private static void near(int i, float value, double expected, double error) throws Wrong {
        if (!(Math.abs(value - expected) <= error)) {
            throw new Wrong("element " + i + " is " + value + ", not " + expected);
        }
    }

    private double activation(int i) {
        return exact[i] + task.bias().getAtIndex(JAVA_FLOAT, i % task.columns());
    }

    private double activationError(int i) {
        return error[i] + Math.abs(activation(i)) * 0x1p-22;
    }

    /** Elements that ReLU lets through, whatever the rounding. */
    private BitSet positive() {
        BitSet positive = new BitSet();
        for (int i = 0; i < exact.length; i++) {
            positive.set(i, activation(i) > activationError(i));
        }
        return positive;
    }

    /** Which positive elements were dropped, where everything else is as it must be. */
    private BitSet dropped(MemorySegment result) throws Wrong {
        double scale = 1 / (1 - RATE);
        BitSet positive = positive();
        BitSet dropped = new BitSet();
        for (int i = 0; i < exact.length; i++) {
            float value = result.getAtIndex(JAVA_FLOAT, i);
            if (value != 0) {
                near(i, value, Math.max(0, activation(i)) * scale, 2 * activationError(i) * scale);
            } else if (positive.get(i)) {
                dropped.set(i);
            }
        }
        PeerCheck.within("dropped elements", dropped.cardinality(), positive.cardinality(), RATE);
        int pairs = 0;
        int both = 0;
        for (int i = 0; i + 1 < exact.length; i += 2) {
            if (positive.get(i) && positive.get(i + 1)) {
                pairs++;
                both += dropped.get(i) && dropped.get(i + 1) ? 1 : 0;
            }
        }
        PeerCheck.within("dropped pairs of neighbours", both, pairs, RATE * RATE);
        return dropped;
    }
}
