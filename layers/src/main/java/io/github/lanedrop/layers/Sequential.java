package io.github.lanedrop.layers;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Layers one after the other.
 *
 * <p>A parameter is named by the position of its layer and its name there: {@code 0.weight}, {@code 0.bias}, {@code
 * 3.weight}, and {@code 2.0.weight} in a nested one, as PyTorch names them. A layer without dropout may stand at several
 * positions: its parameters are listed once, under the first, and their gradients are the sums over all.
 *
 * <p>The way back takes the layers' own ways back in reverse order, and keeps what they keep.
 *
 * <p><b>Edges.</b> Without layers it is the identity, whose output is the input itself; empty inputs, NaN and aliasing are
 * the layers' affair. <b>Threads and determinism.</b> It holds nothing but its layers: as safe for several threads, and as
 * much a function of input, parameters and pass, as they are.
 *
 * <p><b>Errors.</b> Those of the layers, in their words; those before the failing one have run by then, and nothing that the
 * caller can see has changed but, on the way back, the gradients that they have added.
 */
public final class Sequential implements Layer {
    private final List<Layer> layers;

    /**
     * Puts layers in a row.
     *
     * @param layers the layers in the order of the forward pass; none make the identity
     * @throws IllegalArgumentException if two dropout layers share a site, and would so share their masks
     */
    public Sequential(Layer... layers) {
        this.layers = List.of(layers);
        Map<Integer, String> sites = new HashMap<>();
        for (Placed placed : flatten()) {
            if (placed.layer instanceof Dropout dropout) {
                String other = sites.put(dropout.site(), placed.toString());
                if (other != null) {
                    throw new IllegalArgumentException("dropout layers must have sites of their own, got site "
                            + dropout.site() + " for both " + other + " and " + placed);
                }
            }
        }
    }

    /**
     * Puts layers in a row.
     *
     * @param layers the layers in the order of the forward pass; none make the identity
     * @return the model
     * @throws IllegalArgumentException if two dropout layers share a site
     */
    public static Sequential of(Layer... layers) {
        return new Sequential(layers);
    }

    @Override
    public Result forward(Tensor input, Pass pass) {
        Tensor output = input;
        Deque<Backward> wayBack = new ArrayDeque<>();
        for (Layer layer : layers) {
            Result result = layer.forward(output, pass);
            output = result.output();
            wayBack.push(result.backward());
        }
        if (wayBack.isEmpty()) {
            return Result.identity(input);
        }
        return new Result(output, (outputGradient, gradients) -> {
            Tensor gradient = outputGradient;
            for (Backward backward : wayBack) {
                gradient = backward.backward(gradient, gradients);
            }
            return gradient;
        });
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        for (int position = 0; position < layers.size(); position++) {
            for (Parameter parameter : layers.get(position).parameters()) {
                parameters.add(parameter.in(position));
            }
        }
        return Parameter.distinct(parameters);
    }

    @Override
    public List<Layer> layers() {
        return layers;
    }

    /**
     * How many numbers training changes.
     *
     * @return the elements of all parameters, of shared ones once
     */
    public long parameterCount() {
        return count(this);
    }

    /**
     * What is allowed but probably not meant: dropout after the last {@link Linear}, which drops the outputs themselves.
     *
     * @return one sentence for each finding, empty if there are none
     */
    public List<String> warnings() {
        List<Placed> all = flatten();
        int last = -1;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).layer instanceof Linear) {
                last = i;
            }
        }
        List<String> warnings = new ArrayList<>();
        for (Placed placed : last < 0 ? List.<Placed>of() : all.subList(last + 1, all.size())) {
            if (placed.layer instanceof Dropout) {
                warnings.add(placed + " comes after the last linear layer, " + all.get(last)
                        + ": it drops the model's outputs themselves");
            }
        }
        return List.copyOf(warnings);
    }

    /**
     * A table of the layers: name, kind and number of parameters. A shared layer's are in each of its lines and once in
     * the sum.
     *
     * @return lines of text
     */
    public String describe() {
        List<Placed> all = flatten();
        int names = all.stream().mapToInt(placed -> placed.name.length()).max().orElse(1);
        int kinds = all.stream()
                .mapToInt(placed -> placed.layer.toString().length())
                .max()
                .orElse(1);
        var text = new StringBuilder();
        for (Placed placed : all) {
            String row = String.format(
                    Locale.ROOT,
                    "%" + names + "s  %-" + kinds + "s  %,12d",
                    placed.name,
                    placed.layer,
                    count(placed.layer));
            text.append(row).append('\n');
        }
        return text.append(String.format(Locale.ROOT, "%,d parameters\n", parameterCount()))
                .toString();
    }

    @Override
    public String toString() {
        return "Sequential" + layers;
    }

    /** A layer that is not a container, and the path to it. */
    private record Placed(String name, Layer layer) {
        @Override
        public String toString() {
            return name + ": " + layer;
        }
    }

    private List<Placed> flatten() {
        List<Placed> found = new ArrayList<>();
        flatten("", this, found);
        return found;
    }

    private static void flatten(String prefix, Layer container, List<Placed> found) {
        List<Layer> inside = container.layers();
        for (int position = 0; position < inside.size(); position++) {
            Layer layer = inside.get(position);
            if (layer.layers().isEmpty()) {
                found.add(new Placed(prefix + position, layer));
            } else {
                flatten(prefix + position + ".", layer, found);
            }
        }
    }

    private static long count(Layer layer) {
        return layer.parameters().stream()
                .mapToLong(parameter -> parameter.value().elements())
                .sum();
    }
}
