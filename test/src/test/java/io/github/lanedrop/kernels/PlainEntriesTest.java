package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.LearnedEntries.Buffer;
import io.github.lanedrop.kernels.LearnedEntries.Entry;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What elementwise entries, those on rows, tokens and samples refuse because of their buffers. A new one joins the list. */
final class PlainEntriesTest extends EntryRefusals {
    private static final DType FLOAT32 = DType.FLOAT32;
    private static final Key KEY = new Key(3, 4);
    private static final MaskSource MASK = new BernoulliMask(Rate.drop(.3), KEY);
    private static final Rate RATE = MASK.rate();
    private static final NoiseSource NOISE = GaussianNoise.dropout(RATE, KEY);
    private static final int COLUMNS = 5;
    /** 3 samples of 100 tokens, 30 of which go on: rows of 5 floats. */
    private static final KeptTokens TOKENS = KeptTokens.draw(Rate.drop(.7), KEY, 3, 100, 0);

    private static final int ROW_BYTES = 20;
    private static final int KEPT_FLOATS = 3 * 30 * 5;

    private interface Call {
        void run(MemorySegment[] buffers, int elements, Workers workers);
    }

    private static Entry entry(String name, Call call, Buffer... buffers) {
        return new Entry(name, List.of(buffers), (b, n, workers) -> {
            call.run(b, n, workers);
            return 0;
        });
    }

    private static Buffer in(String name) {
        return new Buffer(name, false, n -> n);
    }

    private static Buffer out(String name) {
        return new Buffer(name, true, n -> n);
    }

    static List<Entry> entries() {
        return List.of(
                entry("dropout", (b, n, w) -> DropoutKernel.forward(MASK, 7, b[0], b[1], n, w), in("src"), out("dst")),
                entry(
                        "dropout backward",
                        (b, n, w) -> DropoutKernel.backward(MASK, 7, b[0], b[1], n, w),
                        in("dstGradient"),
                        out("srcGradient")),
                entry(
                        "standard dropout",
                        (b, n, w) -> StandardDropout.forward(MASK, FLOAT32, 7, b[0], b[1], n, w),
                        in("src"),
                        out("dst")),
                entry(
                        "standard dropout backward",
                        (b, n, w) -> StandardDropout.backward(MASK, FLOAT32, 7, b[0], b[1], n, w),
                        in("dstGradient"),
                        out("srcGradient")),
                entry(
                        "standard dropout's evaluation",
                        (b, n, w) -> StandardDropout.evaluate(RATE, FLOAT32, b[0], b[1], n, w),
                        in("src"),
                        out("dst")),
                entry(
                        "to inverted",
                        (b, n, w) -> StandardDropout.toInverted(RATE, FLOAT32, b[0], b[1], n, w),
                        in("weights"),
                        out("dst")),
                entry(
                        "to standard",
                        (b, n, w) -> StandardDropout.toStandard(RATE, FLOAT32, b[0], b[1], n, w),
                        in("weights"),
                        out("dst")),
                entry(
                        "alpha dropout",
                        (b, n, w) -> AlphaDropout.forward(MASK, FLOAT32, 7, b[0], b[1], n, w),
                        in("src"),
                        out("dst")),
                entry(
                        "alpha dropout backward",
                        (b, n, w) -> AlphaDropout.backward(MASK, FLOAT32, 7, b[0], b[1], n, w),
                        in("dstGradient"),
                        out("srcGradient")),
                entry(
                        "residual",
                        (b, n, w) -> ResidualDropout.forward(MASK, FLOAT32, 7, b[0], b[1], b[2], n, w),
                        in("src"),
                        in("residual"),
                        out("dst")),
                entry(
                        "zoneout",
                        (b, n, w) -> Zoneout.forward(MASK, FLOAT32, 7, b[0], b[1], b[2], n, w),
                        in("src"),
                        in("previous"),
                        out("dst")),
                entry(
                        "zoneout backward",
                        (b, n, w) -> Zoneout.backward(MASK, FLOAT32, 7, b[0], b[1], n, w),
                        in("dstGradient"),
                        out("srcGradient")),
                entry(
                        "zoneout backward to the previous state",
                        (b, n, w) -> Zoneout.backwardPrevious(MASK, FLOAT32, 7, b[0], b[1], n, w),
                        in("dstGradient"),
                        out("previousGradient")),
                entry(
                        "zoneout in evaluation",
                        (b, n, w) -> Zoneout.evaluate(RATE, FLOAT32, b[0], b[1], b[2], n, w),
                        in("src"),
                        in("previous"),
                        out("dst")),
                entry(
                        "multiplicative noise",
                        (b, n, w) -> NoiseKernel.multiply(NOISE, FLOAT32, 7, b[0], b[1], n, w),
                        in("src"),
                        out("dst")),
                entry(
                        "multiplicative noise backward",
                        (b, n, w) -> NoiseKernel.multiplyBackward(NOISE, FLOAT32, 7, b[0], b[1], n, w),
                        in("dstGradient"),
                        out("srcGradient")),
                entry(
                        "additive noise",
                        (b, n, w) -> NoiseKernel.add(NOISE, FLOAT32, 7, b[0], b[1], n, w),
                        in("src"),
                        out("dst")),
                entry("noise", (b, n, w) -> NoiseKernel.fill(NOISE, 7, b[0], n, w), out("dst")),
                entry(
                        "activation",
                        (b, n, w) -> ActivationKernel.forward(Activation.GELU, b[0], b[1], n, w),
                        in("src"),
                        out("dst")),
                entry(
                        "activation backward",
                        (b, n, w) -> ActivationKernel.backward(Activation.GELU, b[0], b[1], b[2], n, w),
                        in("src"),
                        in("dstGradient"),
                        out("srcGradient")),
                entry(
                        "bias",
                        (b, n, w) -> BiasKernel.forward(b[0], b[1], b[2], n / COLUMNS, COLUMNS, w),
                        in("src"),
                        new Buffer("bias", false, _ -> COLUMNS),
                        out("dst")),
                entry(
                        "bias backward",
                        (b, n, w) -> BiasKernel.backward(b[0], b[1], n / COLUMNS, COLUMNS, w),
                        in("dstGradient"),
                        new Buffer("biasGradient", true, _ -> COLUMNS)),
                entry(
                        "tokens gathered",
                        (b, _, w) -> TOKENS.gather(b[0], b[1], ROW_BYTES, w),
                        in("src"),
                        new Buffer("dst", true, _ -> KEPT_FLOATS)),
                entry(
                        "tokens scattered",
                        (b, _, w) -> TOKENS.scatter(b[0], b[1], ROW_BYTES, w),
                        new Buffer("dstGradient", false, _ -> KEPT_FLOATS),
                        out("srcGradient")),
                entry(
                        "DropConnect's samples",
                        (b, n, w) -> DropConnectProduct.sample(Activation.RELU, 2, KEY, 0, b[0], b[1], b[2], n, w),
                        in("mean"),
                        in("variance"),
                        out("dst")));
    }
}
