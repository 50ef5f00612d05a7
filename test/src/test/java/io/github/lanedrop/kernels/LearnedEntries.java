package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;

/** Every public entry of learned rates with its buffers, for the tests that hold of them all. A new one joins the list. */
final class LearnedEntries {
    private static final Key KEY = new Key(31, 5);
    private static final Sharing SHARING = Sharing.column(5, 7);
    private static final Sharing ROWS = Sharing.row(300);
    private static final int OFFSET = 3;

    private LearnedEntries() {}

    interface Call {
        /** What the entry returns, 0 if nothing. */
        double run(MemorySegment[] buffers, int elements, Workers workers);
    }

    record Buffer(String name, boolean written, IntUnaryOperator elements) {
        /** Seeded values; variances are not negative. */
        float[] values(Random random, int count) {
            float[] values = Learned.gaussian(random, elements.applyAsInt(count), 0, 1);
            if (name.equals("variance")) {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Math.abs(values[i]);
                }
            }
            return values;
        }
    }

    record Entry(String name, List<Buffer> buffers, Call call) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Buffer in(String name) {
        return new Buffer(name, false, n -> n);
    }

    private static Buffer out(String name) {
        return new Buffer(name, true, n -> n);
    }

    /** Alphas of as many elements, from an offset. */
    private static Buffer alphas(int offset) {
        return new Buffer("logAlpha", false, n -> (int) SHARING.values(offset + n));
    }

    private static Entry entry(String name, Call call, Buffer... buffers) {
        return new Entry(name, List.of(buffers), call);
    }

    private interface Effect {
        void run(MemorySegment[] buffers, int elements, Workers workers);
    }

    private static Entry effect(String name, Effect effect, Buffer... buffers) {
        return entry(
                name,
                (b, n, workers) -> {
                    effect.run(b, n, workers);
                    return 0;
                },
                buffers);
    }

    static List<Entry> all() {
        var dense = new ConcreteMask(ConcreteRate.ofLogit(-1.5, .2), KEY);
        var spatial = new ConcreteMask(ConcreteRate.ofLogit(.5, .3).exactMean(), KEY, SHARING);
        return List.of(
                effect(
                        "concrete forward",
                        (b, n, w) -> ConcreteDropout.forward(dense, OFFSET, b[0], b[1], n, w),
                        in("src"),
                        out("dst")),
                effect(
                        "spatial concrete forward",
                        (b, n, w) -> ConcreteDropout.forward(spatial, OFFSET, b[0], b[1], n, w),
                        in("src"),
                        out("dst")),
                entry(
                        "concrete backward",
                        (b, n, w) -> ConcreteDropout.backward(dense, OFFSET, b[0], b[1], b[2], n, w),
                        in("src"),
                        in("dstGradient"),
                        out("srcGradient")),
                entry(
                        "spatial concrete backward",
                        (b, n, w) -> ConcreteDropout.backward(spatial, OFFSET, b[0], b[1], b[2], n, w),
                        in("src"),
                        in("dstGradient"),
                        out("srcGradient")),
                entry("squared norm", (b, n, w) -> ConcreteDropout.squaredNorm(b[0], n, w), in("weights")),
                effect(
                        "concrete regulariser's gradient",
                        (b, n, w) -> ConcreteDropout.addRegularizerGradient(dense.rate(), .01, b[0], b[1], n, w),
                        in("weights"),
                        out("gradient")),
                effect(
                        "sample",
                        (b, n, w) -> LocalReparameterization.sample(KEY, OFFSET, b[0], b[1], b[2], n, w),
                        in("mean"),
                        in("variance"),
                        out("dst")),
                effect(
                        "sample's variance gradient",
                        (b, n, w) -> LocalReparameterization.varianceGradient(KEY, OFFSET, b[0], b[1], b[2], n, w),
                        in("variance"),
                        in("dstGradient"),
                        out("varianceGradient")),
                effect("square", (b, n, w) -> LocalReparameterization.square(b[0], b[1], n, w), in("src"), out("dst")),
                effect(
                        "square's gradient",
                        (b, n, w) -> LocalReparameterization.addSquareGradient(b[0], b[1], b[2], n, w),
                        in("src"),
                        in("squareGradient"),
                        out("srcGradient")),
                effect(
                        "variational forward",
                        (b, n, w) -> VariationalDropout.forward(KEY, OFFSET, SHARING, b[0], b[1], b[2], n, w),
                        alphas(OFFSET),
                        in("src"),
                        out("dst")),
                effect(
                        "variational backward",
                        (b, n, w) ->
                                VariationalDropout.backward(KEY, OFFSET, SHARING, b[0], b[1], b[2], b[3], b[4], n, w),
                        alphas(OFFSET),
                        in("src"),
                        in("dstGradient"),
                        out("srcGradient"),
                        out("logAlphaGradient")),
                effect(
                        "variational variance",
                        (b, n, w) -> VariationalDropout.variance(SHARING, b[0], b[1], b[2], n, w),
                        alphas(0),
                        in("mean"),
                        out("dst")),
                effect(
                        "variational variance's gradients",
                        (b, n, w) ->
                                VariationalDropout.addVarianceGradient(SHARING, b[0], b[1], b[2], b[3], b[4], n, w),
                        alphas(0),
                        in("mean"),
                        in("varianceGradient"),
                        out("meanGradient"),
                        out("logAlphaGradient")),
                entry("variational divergence", (b, n, w) -> VariationalDropout.divergence(b[0], n, w), in("logAlpha")),
                effect(
                        "variational divergence's gradient",
                        (b, n, w) -> VariationalDropout.addDivergenceGradient(.5f, b[0], b[1], n, w),
                        in("logAlpha"),
                        out("logAlphaGradient")),
                effect(
                        "sparse variance",
                        (b, n, w) -> SparseVariationalDropout.variance(b[0], b[1], n, w),
                        in("logVariance"),
                        out("dst")),
                effect(
                        "sparse variance's gradient",
                        (b, n, w) -> SparseVariationalDropout.addVarianceGradient(b[0], b[1], b[2], n, w),
                        in("logVariance"),
                        in("varianceGradient"),
                        out("logVarianceGradient")),
                effect(
                        "sparse log alpha",
                        (b, n, w) -> SparseVariationalDropout.logAlpha(b[0], b[1], b[2], n, w),
                        in("mean"),
                        in("logVariance"),
                        out("dst")),
                entry(
                        "sparse divergence",
                        (b, n, w) -> SparseVariationalDropout.divergence(b[0], b[1], n, w),
                        in("mean"),
                        in("logVariance")),
                effect(
                        "sparse divergence's gradients",
                        (b, n, w) -> SparseVariationalDropout.addDivergenceGradient(.5f, b[0], b[1], b[2], b[3], n, w),
                        in("mean"),
                        in("logVariance"),
                        out("meanGradient"),
                        out("logVarianceGradient")),
                effect(
                        "prune",
                        (b, n, w) -> SparseVariationalDropout.prune(b[0], b[1], .5f, b[2], n, w),
                        in("mean"),
                        in("logVariance"),
                        out("dst")),
                entry(
                        "pruned",
                        (b, n, w) -> SparseVariationalDropout.pruned(b[0], b[1], .5f, n),
                        in("mean"),
                        in("logVariance")),
                effect(
                        "sum of columns",
                        (b, n, w) -> SharedSum.sum(SHARING, b[0], b[1], n, w),
                        in("src"),
                        new Buffer("dst", true, n -> (int) SHARING.values(n))),
                effect(
                        "sum of rows",
                        (b, n, w) -> SharedSum.sum(ROWS, b[0], b[1], n, w),
                        in("src"),
                        new Buffer("dst", true, n -> (n + 299) / 300)),
                effect(
                        "sum of all",
                        (b, n, w) -> SharedSum.sum(Sharing.ALL, b[0], b[1], n, w),
                        in("src"),
                        new Buffer("dst", true, n -> Math.min(n, 1))));
    }
}
