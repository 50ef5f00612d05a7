package io.github.lanedrop.layers;

import java.util.IdentityHashMap;

/**
 * The sums of the parameters' gradients over one or more backward passes.
 *
 * <p>Make one for each training loop and {@link #clear} it before each step: the buffers stay. A tensor that several
 * layers share has one sum. Not thread-safe, reading included; give each thread its own. The order of the backward
 * passes decides the rounding of the sums, and nothing else does.
 */
public final class Gradients {
    private final IdentityHashMap<Tensor, Tensor> sums = new IdentityHashMap<>();

    /** No gradients yet. */
    public Gradients() {}

    /**
     * The sum for a parameter, to read or to add to.
     *
     * @param parameter the parameter, under whatever name
     * @return the tensor itself, of the parameter's shape; zeros if nothing was added yet. The same object until the
     *     end, also after {@link #clear}
     */
    public Tensor of(Parameter parameter) {
        return sums.computeIfAbsent(parameter.value(), value -> Tensor.zeros(value.shape()));
    }

    /** Sets all sums to zero, keeping their memory. */
    public void clear() {
        sums.values().forEach(sum -> sum.segment().fill((byte) 0));
    }
}
