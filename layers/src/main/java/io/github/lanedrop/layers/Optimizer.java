package io.github.lanedrop.layers;

import java.util.List;

/**
 * Changes parameters by their gradients. Keeps a state for each parameter, that is for each tensor, under whatever name; one
 * object serves one training loop, on one thread at a time.
 */
public interface Optimizer {
    /**
     * Takes one step with each parameter. What two layers share, and is in the list twice, takes one step too, by the sum of
     * its gradients.
     *
     * <p>The values are changed in the order of the list; where one cannot be, those before it have been. NaN and infinite
     * gradients make NaN and infinite values.
     *
     * @param parameters what to change, in place
     * @param gradients their gradients, which are not changed; a parameter without one counts as having a gradient of zeros
     * @throws IllegalArgumentException if a value is read-only
     * @throws IllegalStateException if a value's arena is closed
     * @throws WrongThreadException if a value belongs to another thread
     */
    void step(List<Parameter> parameters, Gradients gradients);
}
