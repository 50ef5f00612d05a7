package io.github.lanedrop.layers;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A named tensor that training changes in place. The tensor is the identity: under whatever name, it is one parameter.
 *
 * @param name unique in its layer; in a {@link Sequential} with the position in front: {@code 3.weight}
 * @param value the value, changed in place by an {@link Optimizer}
 */
public record Parameter(String name, Tensor value) {
    /** Refuses null. */
    public Parameter {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
    }

    /** The same parameter seen from the container of its layer. */
    Parameter in(int position) {
        return new Parameter(position + "." + name, value);
    }

    /** Each tensor once, under its first name: what is shared is one parameter, and takes one step. */
    static List<Parameter> distinct(List<Parameter> parameters) {
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        return parameters.stream()
                .filter(parameter -> seen.add(parameter.value()))
                .toList();
    }
}
