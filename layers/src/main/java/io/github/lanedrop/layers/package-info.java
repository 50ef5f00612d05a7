/**
 * Tensors, layers, models, optimisers and Monte-Carlo dropout.
 *
 * {@snippet :
 * Key key = Key.of(2026);
 * Sequential model = Sequential.of(
 *         Linear.he(784, 512, key.named("0")),
 *         new Relu(),
 *         new Dropout(Rate.drop(0.5), 0),
 *         Linear.he(512, 10, key.named("3")));
 * Optimizer optimizer = new Adam(1e-3);
 * Gradients gradients = new Gradients();
 * for (int step = 0; step < steps; step++) {
 *     gradients.clear();
 *     Result result = model.forward(batch, Pass.train(key.step(step)));
 *     SoftmaxCrossEntropy head = SoftmaxCrossEntropy.of(result.output(), labels);
 *     result.backward().backward(head.logitsGradient(), gradients);
 *     optimizer.step(model.parameters(), gradients);
 * }
 * Tensor logits = model.forward(batch, Pass.eval()).output();
 * MonteCarlo.Prediction prediction = MonteCarlo.predict(model, batch, 50, key.named("predict"), Workers.NONE);
 * }
 *
 * <p>Concepts:
 *
 * <ul>
 *   <li>{@link io.github.lanedrop.layers.Tensor}: floats in row-major order over a memory segment.
 *   <li>{@link io.github.lanedrop.layers.Layer}: a function of an input and a {@link
 *       io.github.lanedrop.layers.Pass}; its {@link io.github.lanedrop.layers.Result} is the output and the way back.
 *   <li>{@link io.github.lanedrop.layers.Pass}: mode, key, workers and the row that the batch begins at.
 *   <li>{@link io.github.lanedrop.layers.Parameter}, {@link io.github.lanedrop.layers.Gradients}, {@link
 *       io.github.lanedrop.layers.Optimizer}: what training changes, by what, and how.
 *   <li>{@link io.github.lanedrop.layers.MonteCarlo}: predictions with their uncertainty.
 *   <li>{@link io.github.lanedrop.layers.Safetensors}: parameters in files.
 * </ul>
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>No state in layers.</b> The mode is an argument and what the backward pass needs is in the result. So there is
 *       no train/eval switch to forget, no stale mask, no backward before a forward, and a layer serves any number of
 *       threads. The way back keeps no more than it needs: dropout's a mask's address, a linear layer's its input, an
 *       activation's its output; so what nobody will read again is free before the way back begins.
 *   <li><b>Inference cannot draw.</b> A pass in {@code EVAL} refuses to give its key; dropout is then the input itself,
 *       the same object. A model's output may therefore be its input, and nothing writes to either. Revisit if a layer is
 *       to work in place.
 *   <li><b>Rows have numbers.</b> Masks are indexed by the row in the whole tensor ({@code Pass.rowOffset}), not in the
 *       batch at hand, and a matrix product is one chain of operations for each element. So training, inference and
 *       Monte-Carlo passes give the same bits however rows are split over calls or threads.
 *   <li><b>A parameter is its tensor.</b> Gradients and optimisers go by the tensor's identity, names are for people and
 *       files: so containers can rename, and two layers can share weights, which are listed, counted and stepped once.
 *   <li><b>The same bits on every machine.</b> Exponentials and logarithms are {@link java.lang.StrictMath} in double,
 *       rounded once. They are few next to the products; revisit if a profile says otherwise.
 *   <li><b>Elementwise loops go through small heap arrays.</b> The compiler vectorises those: one step of momentum takes
 *       0.44 ns an element, against 0.70 ns for loops over segments (JDK 25, 512 elements at a time). Revisit when it
 *       does as well on segments.
 *   <li><b>Seeds by name.</b> Initial weights come from {@code key.named(layer).named("weight")}, masks from {@code
 *       key.site(n)} at a step and a pass: adding a layer changes no other layer's numbers. Give predictions a name of
 *       their own too, or their pass 0 gets the masks of training step 0.
 *   <li><b>Backward passes read parameters as they are.</b> Weights are not copied for the way back, so take the
 *       optimiser's step after it.
 * </ul>
 */
package io.github.lanedrop.layers;
