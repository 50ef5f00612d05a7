package io.github.lanedrop;

import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.layers.Dropout;
import io.github.lanedrop.layers.Gradients;
import io.github.lanedrop.layers.Linear;
import io.github.lanedrop.layers.Pass;
import io.github.lanedrop.layers.Relu;
import io.github.lanedrop.layers.Result;
import io.github.lanedrop.layers.Sequential;
import io.github.lanedrop.layers.Tensor;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The main class of a child that {@link PathMatrixTest} starts beside the modules: prints which module layers are in, whether
 * the SIMD path is live, and a hash of a model's output and gradients.
 */
public final class LayersMain {
    private LayersMain() {}

    /** Runs the model. */
    public static void main(String[] arguments) {
        System.out.println("module=" + Tensor.class.getModule().getName() + " vector="
                + Kernels.describe().vector() + " sha=" + hash());
    }

    static String hash() {
        Key key = Key.of(2026);
        Sequential model = Sequential.of(
                Linear.he(20, 16, key.named("0")),
                new Relu(),
                new Dropout(Rate.drop(0.3), 0),
                Linear.he(16, 4, key.named("3")));
        Tensor input = Tensor.zeros(9, 20);
        for (int i = 0; i < input.elements(); i++) {
            input.set(i, i % 7 - 3);
        }
        Gradients gradients = new Gradients();
        Result result = model.forward(input, Pass.train(key.step(5)));
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes(result.output()));
            digest.update(bytes(result.backward().backward(result.output(), gradients)));
            model.parameters().forEach(parameter -> digest.update(bytes(gradients.of(parameter))));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }

    private static byte[] bytes(Tensor tensor) {
        return tensor.segment().toArray(ValueLayout.JAVA_BYTE);
    }
}
