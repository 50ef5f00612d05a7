/** Tensors, layers, models, optimisers and Monte-Carlo dropout. */
package io.github.lanedrop.layers;
