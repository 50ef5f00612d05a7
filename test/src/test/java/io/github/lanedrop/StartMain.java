package io.github.lanedrop;

import io.github.lanedrop.kernels.Activation;
import io.github.lanedrop.kernels.ActivationKernel;
import io.github.lanedrop.kernels.AlphaDropout;
import io.github.lanedrop.kernels.AttentionScores;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.BiasActivationDropout;
import io.github.lanedrop.kernels.ConcreteDropout;
import io.github.lanedrop.kernels.ConcreteMask;
import io.github.lanedrop.kernels.ConcreteRate;
import io.github.lanedrop.kernels.DType;
import io.github.lanedrop.kernels.DropBlock;
import io.github.lanedrop.kernels.DropBlockMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.GaussianNoise;
import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.kernels.LayerNorm;
import io.github.lanedrop.kernels.LayerNormKernel;
import io.github.lanedrop.kernels.Matrix;
import io.github.lanedrop.kernels.MatrixProduct;
import io.github.lanedrop.kernels.NoiseKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Sharing;
import io.github.lanedrop.kernels.SoftmaxDropout;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;

/**
 * The main class of the children that {@link StartTest} starts: several threads call the kernels of a fresh JVM at once, each
 * beginning with another. It ends with 1, and where each thread is, if they do not come to an end.
 */
public final class StartMain {
    private static final int SIZE = 32;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final MemorySegment x = Arena.ofAuto().allocate(SIZE * SIZE * (long) Float.BYTES);
    private final MemorySegment y = Arena.ofAuto().allocate(x.byteSize());

    private StartMain() {}

    /**
     * Runs it.
     *
     * @param arguments {@code warmUp}, and how many threads warm up, or how far to turn the list of first calls
     */
    public static void main(String[] arguments) throws InterruptedException {
        int number = Integer.parseInt(arguments[arguments.length - 1]);
        List<Runnable> first = new ArrayList<>();
        if (arguments.length == 2) {
            first.addAll(Collections.nCopies(number, Kernels::warmUp));
        } else {
            first.addAll(new StartMain().calls());
            Collections.rotate(first, number);
        }
        var together = new CyclicBarrier(first.size());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            int own = i;
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                await(together);
                for (int j = 0; j < first.size(); j++) {
                    first.get((own + j) % first.size()).run();
                }
            }));
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (Thread thread : threads) {
            if (!thread.join(Duration.ofNanos(end - System.nanoTime()))) {
                Thread.getAllStackTraces()
                        .forEach((other, frames) -> System.err.println(other + " " + List.of(frames)));
                System.exit(1);
            }
        }
        System.out.println(threads.size() + " threads, selfTest=" + Kernels.selfTest());
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemorySegment row() {
        return Arena.ofAuto().allocate(SIZE * (long) Float.BYTES);
    }

    /** Each of another family, or of another part of one. */
    private List<Runnable> calls() {
        Rate rate = Rate.drop(.1);
        Key key = Key.of(1);
        MemorySegment row = row();
        MemorySegment mean = row();
        MemorySegment deviation = row();
        int all = SIZE * SIZE;
        return List.of(
                () -> DropoutKernel.forward(new BernoulliMask(rate, key), 0, x, y, all),
                () -> DropoutKernel.keepBits(new DropBlockMask(DropBlock.exact(rate, 3, SIZE, SIZE), key), 0, y, all),
                () -> AlphaDropout.forward(new BernoulliMask(rate, key), DType.FLOAT64, 0, x, y, all / 2, Workers.NONE),
                () -> ActivationKernel.forward(Activation.GELU, x, y, all),
                () -> BiasActivationDropout.forward(
                        new BernoulliMask(rate, key), 0, Activation.RELU, x, row, y, SIZE, SIZE),
                () -> LayerNormKernel.forward(new LayerNorm(row, row, SIZE, 1e-5f), x, y, mean, deviation, SIZE),
                () -> NoiseKernel.add(GaussianNoise.centred(1, key), 0, x, y, all),
                () -> MatrixProduct.multiply(
                        Matrix.of(x, SIZE, SIZE), Matrix.of(x, SIZE, SIZE), Matrix.of(y, SIZE, SIZE)),
                () -> SoftmaxDropout.forward(new BernoulliMask(rate, key), 0, AttentionScores.of(1, SIZE, SIZE), x, y),
                () -> ConcreteDropout.forward(new ConcreteMask(ConcreteRate.drop(.1), key, Sharing.NONE), 0, x, y, all),
                () -> ByteStream.fill(1, 2, 3, new byte[16 * SIZE], 0, SIZE),
                Kernels::describe);
    }
}
