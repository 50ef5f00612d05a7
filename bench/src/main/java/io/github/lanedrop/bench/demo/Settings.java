package io.github.lanedrop.bench.demo;

import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What decides the demo's numbers, all of them.
 *
 * @param seed of the weights, the orders of the images and the masks
 * @param rate the probability to drop, after each hidden layer; above 0 and below 1
 * @param hidden the sizes of the hidden layers, at least one, each 1 to 65,536
 * @param epochs how often to go through the training images, 1 or more
 * @param batch images to a step, 1 or more
 * @param learningRate Adam's step size, above 0
 * @param passes Monte-Carlo passes, 1 or more
 */
public record Settings(
        long seed, Rate rate, List<Integer> hidden, int epochs, int batch, double learningRate, int passes) {
    private static final int MAX_UNITS = 1 << 16;

    /**
     * Refuses what cannot be trained.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Settings {
        Objects.requireNonNull(rate, "rate");
        hidden = List.copyOf(hidden);
        require(!rate.keepsAll() && !rate.dropsAll(), "rate must be above 0 and below 1", rate.nominal());
        require(!hidden.isEmpty(), "hidden layers must be 1 or more", hidden.size());
        for (int size : hidden) {
            require(size >= 1 && size <= MAX_UNITS, "hidden layers must have 1 to " + MAX_UNITS + " units", size);
        }
        require(epochs >= 1, "epochs must be 1 or more", epochs);
        require(batch >= 1, "batch must be 1 or more", batch);
        require(learningRate > 0 && learningRate <= 1, "learning rate must be above 0, at most 1", learningRate);
        require(passes >= 1 && passes <= Key.PASSES, "passes must be in [1, " + Key.PASSES + "]", passes);
    }

    private static void require(boolean condition, String expectation, Number actual) {
        if (!condition) {
            throw new IllegalArgumentException(expectation + ", got " + actual);
        }
    }

    /**
     * The same with another seed.
     *
     * @param other any 64 bits
     * @return the settings
     */
    public Settings withSeed(long other) {
        return new Settings(other, rate, hidden, epochs, batch, learningRate, passes);
    }

    /**
     * The network's sizes.
     *
     * @param inputs numbers of an image
     * @param classes numbers of an answer
     * @return for example {@code 784-512-256-10}
     */
    public String architecture(int inputs, int classes) {
        return Stream.of(IntStream.of(inputs), hidden.stream().mapToInt(Integer::intValue), IntStream.of(classes))
                .flatMapToInt(sizes -> sizes)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining("-"));
    }
}
