/** Tensors, layers, models, optimisers and Monte-Carlo dropout. */
module io.github.lanedrop.layers {
    requires transitive io.github.lanedrop.kernels;

    exports io.github.lanedrop.layers;
}
