package io.github.lanedrop.layers;

import java.util.List;

/** Changes parameters by their gradients. Keeps a state for each parameter; one object serves one training loop. */
public interface Optimizer {
    /**
     * Takes one step.
     *
     * @param parameters what to change, in place
     * @param gradients their gradients; a parameter without one counts as having a gradient of zeros
     */
    void step(List<Parameter> parameters, Gradients gradients);
}
