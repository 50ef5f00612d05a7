package io.github.lanedrop.bench.demo;

import io.github.lanedrop.bench.data.Dataset;
import io.github.lanedrop.bench.data.LabelledImages;
import io.github.lanedrop.bench.data.Orders;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.layers.Adam;
import io.github.lanedrop.layers.Dropout;
import io.github.lanedrop.layers.Gradients;
import io.github.lanedrop.layers.Layer;
import io.github.lanedrop.layers.Linear;
import io.github.lanedrop.layers.MonteCarlo;
import io.github.lanedrop.layers.Pass;
import io.github.lanedrop.layers.Relu;
import io.github.lanedrop.layers.Result;
import io.github.lanedrop.layers.Sequential;
import io.github.lanedrop.layers.SoftmaxCrossEntropy;
import io.github.lanedrop.layers.Tensor;
import io.github.lanedrop.rng.Key;
import java.util.ArrayList;
import java.util.List;

/**
 * A classifier of images: linear layers with ReLU and dropout after each but the last.
 *
 * <p>Everything random hangs on the seed and on names: the weights, the order of the images in an epoch, the masks of a
 * step. Two networks of one seed start from the same weights and see the same images in the same order, whatever their
 * rates; and the bits do not depend on the threads.
 */
final class Network {
    private static final int BLOCK_ROWS = 500;

    private final Sequential model;
    private final Settings settings;
    private final Dataset data;
    private final Workers workers;

    /** A network that has learned nothing yet. */
    Network(Settings settings, Rate rate, Dataset data, Workers workers) {
        this.settings = settings;
        this.data = data;
        this.workers = workers;
        Key weights = Key.of(settings.seed()).named("weights");
        List<Layer> layers = new ArrayList<>();
        int in = data.inputs();
        for (int site = 0; site < settings.hidden().size(); site++) {
            int out = settings.hidden().get(site);
            layers.add(Linear.he(in, out, weights.named("hidden " + site)));
            layers.add(new Relu());
            layers.add(new Dropout(rate, site));
            in = out;
        }
        layers.add(Linear.he(in, data.classes().size(), weights.named("output")));
        model = Sequential.of(layers.toArray(Layer[]::new));
    }

    Sequential model() {
        return model;
    }

    /** Optimiser steps in an epoch. */
    static int steps(Settings settings, Dataset data) {
        return Math.ceilDiv(data.train().size(), settings.batch());
    }

    /**
     * Learns.
     *
     * @param afterStep told after each step
     * @return the scores after each epoch
     */
    List<Epoch> train(Runnable afterStep) {
        Key key = Key.of(settings.seed());
        Key masks = key.named("masks");
        Adam adam = new Adam(settings.learningRate());
        Gradients gradients = new Gradients();
        LabelledImages images = data.train();
        Tensor rows = Tensor.zeros(Math.min(settings.batch(), images.size()), data.inputs());
        List<Epoch> history = new ArrayList<>();
        long step = 0;
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            int[] order =
                    Orders.shuffled(images.size(), key.named("order " + epoch).seed());
            for (int from = 0; from < order.length; from += settings.batch()) {
                int to = Math.min(order.length, from + settings.batch());
                Tensor batch = rows.rows(0, to - from);
                images.copyRows(order, from, to, batch.segment());
                Result result =
                        model.forward(batch, Pass.train(masks.step(step)).withWorkers(workers));
                SoftmaxCrossEntropy loss = SoftmaxCrossEntropy.of(result.output(), images.labels(order, from, to));
                gradients.clear();
                result.backward().backward(loss.logitsGradient(), gradients);
                adam.step(model.parameters(), gradients);
                step++;
                afterStep.run();
            }
            history.add(new Epoch(scores(images), scores(data.test())));
        }
        return history;
    }

    private Scores scores(LabelledImages images) {
        return Scores.of(Calibration.of(predict(images)));
    }

    /** Predicts with dropout off. */
    Predictions predict(LabelledImages images) {
        double[] probabilities = new double[images.size() * classes()];
        Pass pass = Pass.eval().withWorkers(workers);
        eachBlock(
                images,
                (from, rows) -> copy(softmax(model.forward(rows, pass).output()), probabilities, from * classes()));
        return predictions(probabilities, images);
    }

    /**
     * Predicts with dropout on, many times.
     *
     * @param afterBlock told after each block of images, of which there are {@link #blocks}
     */
    MonteCarloPredictions predictMonteCarlo(LabelledImages images, Runnable afterBlock) {
        double[] probabilities = new double[images.size() * classes()];
        List<MonteCarlo.Uncertainty> uncertainties = new ArrayList<>();
        eachBlock(images, (from, rows) -> {
            MonteCarlo.Prediction block =
                    MonteCarlo.predict(model, rows, settings.passes(), monteCarloKey(), workers, from);
            copy(block.probabilities(), probabilities, from * classes());
            uncertainties.addAll(block.uncertainties());
            afterBlock.run();
        });
        return new MonteCarloPredictions(predictions(probabilities, images), uncertainties);
    }

    /** Blocks that images are predicted in. */
    static int blocks(LabelledImages images) {
        return Math.ceilDiv(images.size(), BLOCK_ROWS);
    }

    /**
     * What each Monte-Carlo pass said of one image: the very draws of {@link #predictMonteCarlo}, addressed by the
     * image's row and drawn again, so that nobody had to store them.
     *
     * @return a row of class probabilities for each pass
     */
    double[][] replayMonteCarlo(LabelledImages images, int image) {
        Tensor row = Tensor.zeros(1, data.inputs());
        images.copyRows(new int[] {image}, 0, 1, row.segment());
        double[][] passes = new double[settings.passes()][classes()];
        for (int pass = 0; pass < passes.length; pass++) {
            Pass replay = Pass.mc(monteCarloKey().pass(pass)).withRowOffset(image);
            copy(softmax(model.forward(row, replay).output()), passes[pass], 0);
        }
        return passes;
    }

    private Key monteCarloKey() {
        return Key.of(settings.seed()).named("monte carlo");
    }

    private interface Block {
        void accept(int from, Tensor rows);
    }

    private void eachBlock(LabelledImages images, Block block) {
        int[] order = Orders.sequential(images.size());
        Tensor rows = Tensor.zeros(Math.min(BLOCK_ROWS, images.size()), data.inputs());
        for (int from = 0; from < images.size(); from += BLOCK_ROWS) {
            int to = Math.min(images.size(), from + BLOCK_ROWS);
            images.copyRows(order, from, to, rows.segment());
            block.accept(from, rows.rows(0, to - from));
        }
    }

    private static Tensor softmax(Tensor logits) {
        return SoftmaxCrossEntropy.of(logits, new int[logits.dimension(0)]).probabilities();
    }

    private static void copy(Tensor src, double[] dst, int at) {
        for (int i = 0; i < src.elements(); i++) {
            dst[at + i] = src.get(i);
        }
    }

    private Predictions predictions(double[] probabilities, LabelledImages images) {
        return new Predictions(
                probabilities, images.labels(Orders.sequential(images.size()), 0, images.size()), classes());
    }

    private int classes() {
        return data.classes().size();
    }
}
