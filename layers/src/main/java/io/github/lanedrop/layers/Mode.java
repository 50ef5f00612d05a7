package io.github.lanedrop.layers;

/** What a forward pass is for. */
public enum Mode {
    /** Training: stochastic layers draw, statistics are updated. */
    TRAIN,
    /** Inference: stochastic layers are the identity and draw nothing. */
    EVAL,
    /** Monte-Carlo dropout: stochastic layers draw, everything else is as in {@link #EVAL}. */
    MC
}
