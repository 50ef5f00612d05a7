package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.Profile.FULL;
import static io.github.lanedrop.bench.questions.Profile.QUICK;
import static io.github.lanedrop.bench.questions.Profile.STANDARD;
import static io.github.lanedrop.bench.questions.Times.Code.KERNEL;

import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.FusedBench;
import io.github.lanedrop.bench.report.Section;
import java.util.List;

/** What do fused chains save? */
final class FusedFamily implements Part {
    private static final String LARGE = Sizes.L3 + " " + Sizes.DRAM;

    @Override
    public List<Question> ofSelf() {
        return List.of(
                ask(QUICK, "biasActivationDropout biasActivationDropoutUnfused", "GELU", Sizes.L3),
                ask(QUICK, "dropoutResidualLayerNorm dropoutResidualLayerNormUnfused", "RELU", Sizes.L3),
                ask(STANDARD, "biasActivationDropout biasActivationDropoutUnfused", "RELU GELU", Sizes.L3),
                ask(STANDARD, "biasActivationDropoutBackward", "GELU", Sizes.L3),
                ask(STANDARD, "dropout layerNorm dropoutResidualLayerNormBackward", "RELU", Sizes.L3),
                ask(
                        FULL,
                        "activation biasActivationDropout biasActivationDropoutUnfused biasActivationDropoutBackward",
                        "RELU TANH SILU GELU",
                        LARGE),
                ask(
                        FULL,
                        "dropout layerNorm dropoutResidualLayerNorm dropoutResidualLayerNormWithSum"
                                + " dropoutResidualLayerNormUnfused dropoutResidualLayerNormBackward",
                        "RELU",
                        LARGE));
    }

    private static Question ask(Profile from, String methods, String activations, String elements) {
        return Question.ask(from, KERNEL, FusedBench.class, methods)
                .over("activation", activations)
                .over("elements", elements);
    }

    @Override
    public List<Section> sections(Measured measured) {
        Beside beside = new Beside(measured, Family.FUSED);
        return List.of(Beside.section(
                "What do fused chains save?",
                FusedBench.class,
                beside.picture(
                        "Chains / dropout alone",
                        "Chains in one pass, and the same in several (\"Unfused\"), beside dropout alone on the same buffers.",
                        Which.of(FusedBench.class),
                        result -> beside.other(result, "dropout", DropoutBench.class, DropoutFamily.FORWARD))));
    }
}
