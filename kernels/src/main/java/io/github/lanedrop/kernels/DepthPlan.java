package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Which samples pass which layers at one step, known before the forward pass: what need not be computed, and the mask of
 * what is.
 *
 * {@snippet :
 * DepthPlan plan = depth.plan(step, samples);
 * for (int layer = 0; layer < plan.layers(); layer++) {
 *     if (plan.kept(layer) > 0) { // else the layer is skipped by all: nothing to compute
 *         int[] rows = plan.keptSamples(layer); // compute these alone, or all of them and then
 *         DropoutKernel.forward(plan.mask(layer, sampleElements), 0, branch, branch, samples * sampleElements);
 *     }
 * }
 * }
 *
 * <p>Made by {@link StochasticDepth#plan}. Immutable; safe for use by any number of threads.
 */
public final class DepthPlan {
    private final List<BernoulliMask> masks;
    private final byte[][] keepBits;
    private final int samples;

    private DepthPlan(List<BernoulliMask> masks, byte[][] keepBits, int samples) {
        this.masks = masks;
        this.keepBits = keepBits;
        this.samples = samples;
    }

    static DepthPlan draw(List<BernoulliMask> layers, long step, int samples) {
        if (samples < 0) {
            throw new IllegalArgumentException("samples must be 0 or more, got " + samples);
        }
        List<BernoulliMask> masks = layers.stream()
                .map(layer -> new BernoulliMask(layer.rate(), layer.key().step(step)))
                .toList();
        byte[][] keepBits = new byte[masks.size()][Bits.bytes(samples)];
        for (int layer = 0; layer < keepBits.length; layer++) {
            DropoutKernel.keepBits(masks.get(layer), 0, MemorySegment.ofArray(keepBits[layer]), samples);
        }
        return new DepthPlan(masks, keepBits, samples);
    }

    /**
     * How many layers there are.
     *
     * @return the layers
     */
    public int layers() {
        return keepBits.length;
    }

    /**
     * How many samples there are.
     *
     * @return the samples
     */
    public int samples() {
        return samples;
    }

    /**
     * Whether a sample passes a layer.
     *
     * @param layer the layer's number, from 0
     * @param sample the sample's number, from 0
     * @return false if the layer is skipped
     * @throws IndexOutOfBoundsException if there is no such layer or sample
     */
    public boolean keeps(int layer, int sample) {
        if (sample < 0 || sample >= samples) {
            throw new IndexOutOfBoundsException("sample must be in [0, " + samples + "), got " + sample);
        }
        return Bits.get(keepBits[layer], sample) == 1;
    }

    /**
     * How many samples pass a layer.
     *
     * @param layer the layer's number, from 0
     * @return how many; at 0 the layer need not be evaluated
     */
    public int kept(int layer) {
        int kept = 0;
        for (byte eight : keepBits[layer]) {
            kept += Integer.bitCount(eight & 0xFF);
        }
        return kept;
    }

    /**
     * Which samples pass a layer.
     *
     * @param layer the layer's number, from 0
     * @return their numbers, ascending
     */
    public int[] keptSamples(int layer) {
        int[] rows = new int[kept(layer)];
        int found = 0;
        for (int sample = 0; sample < samples; sample++) {
            if (keeps(layer, sample)) {
                rows[found++] = sample;
            }
        }
        return rows;
    }

    /**
     * The mask of a layer's branch {@code [samples, sampleElements]}, which scales what it keeps by {@code 1 / keep}.
     *
     * @param layer the layer's number, from 0
     * @param sampleElements elements of a sample; of all of them where one decision is for all
     * @return the mask, for the forward and the backward pass
     */
    public MaskSource mask(int layer, long sampleElements) {
        return new BroadcastMask(masks.get(layer), BroadcastShape.rows(samples, sampleElements));
    }
}
