package io.github.lanedrop.layers;

import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.util.Objects;

/**
 * Everything a forward pass needs beside its input. There is no other state: the same input, parameters and pass give the
 * same bits, whatever ran before.
 *
 * <p>The key carries the training step and the Monte-Carlo pass; a stochastic layer adds its own site and nothing else. A
 * pass in {@link Mode#EVAL} has no key to give, so that nothing can draw by accident.
 *
 * <p>A mask's index is the row-major index in the whole tensor. Where a batch is worked off in parts, {@code rowOffset}
 * says where the part begins: parts in any order then give the bits of the whole.
 *
 * @param mode what the pass is for
 * @param key seed, step and Monte-Carlo pass
 * @param workers who does the work
 * @param rowOffset the index of the input's first row in the logical tensor, 0 or more
 */
public record Pass(Mode mode, Key key, Workers workers, long rowOffset) {
    private static final Key NO_KEY = Key.of(0);

    /**
     * Refuses null and a negative row.
     *
     * @throws IllegalArgumentException if {@code rowOffset} is negative
     */
    public Pass {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(workers, "workers");
        if (rowOffset < 0) {
            throw new IllegalArgumentException("rowOffset must be 0 or more, got " + rowOffset);
        }
    }

    /**
     * Inference: no randomness, on the calling thread.
     *
     * @return the pass
     */
    public static Pass eval() {
        return new Pass(Mode.EVAL, NO_KEY, Workers.NONE, 0);
    }

    /**
     * Training, on the calling thread.
     *
     * @param key the run's key at this step: {@code key.step(n)}
     * @return the pass
     */
    public static Pass train(Key key) {
        return new Pass(Mode.TRAIN, key, Workers.NONE, 0);
    }

    /**
     * One pass of Monte-Carlo dropout, on the calling thread.
     *
     * @param key the prediction's key at this pass: {@code key.pass(n)}
     * @return the pass
     */
    public static Pass mc(Key key) {
        return new Pass(Mode.MC, key, Workers.NONE, 0);
    }

    /**
     * The key that a stochastic layer derives its own from.
     *
     * @return the key
     * @throws IllegalStateException in {@link Mode#EVAL}, where nothing may draw
     */
    @Override
    public Key key() {
        if (mode == Mode.EVAL) {
            throw new IllegalStateException("an EVAL pass has no key: nothing may be drawn in it");
        }
        return key;
    }

    /**
     * Whether stochastic layers draw.
     *
     * @return false in {@link Mode#EVAL} only
     */
    public boolean draws() {
        return mode != Mode.EVAL;
    }

    /**
     * This pass on other threads; the bits stay the same.
     *
     * @param other who does the work
     * @return the pass
     */
    public Pass withWorkers(Workers other) {
        return new Pass(mode, key, other, rowOffset);
    }

    /**
     * This pass for a part of the batch.
     *
     * @param row the index of the part's first row in the whole, 0 or more
     * @return the pass
     */
    public Pass withRowOffset(long row) {
        return new Pass(mode, key, workers, row);
    }
}
