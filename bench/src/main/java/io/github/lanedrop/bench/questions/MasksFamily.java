package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.Profile.FULL;
import static io.github.lanedrop.bench.questions.Profile.QUICK;
import static io.github.lanedrop.bench.questions.Profile.STANDARD;
import static io.github.lanedrop.bench.questions.Times.Code.KERNEL;

import io.github.lanedrop.bench.jmh.MaskBench;
import io.github.lanedrop.bench.report.Section;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What do structured masks cost? */
final class MasksFamily implements Part {
    /** 32 images of 64 channels of 56 x 56. */
    private static final String BATCH = "6422528";

    @Override
    public List<Question> ofSelf() {
        String all = Arrays.stream(MaskBench.Source.values()).map(Enum::name).collect(Collectors.joining(" "));
        return List.of(
                ask(QUICK, DropoutFamily.FORWARD, "CHANNELS_FIRST", Sizes.L3),
                ask(STANDARD, DropoutFamily.FORWARD, all, Sizes.L3),
                ask(STANDARD, DropoutFamily.FORWARD, "CHANNELS_FIRST DROP_BLOCK", BATCH),
                ask(STANDARD, DropoutFamily.ROOF, "DROP_BLOCK", BATCH), // the same for all
                ask(FULL, DropoutFamily.FORWARD, all, String.join(" ", Sizes.L2, Sizes.L3, BATCH)));
    }

    private static Question ask(Profile from, String methods, String sources, String elements) {
        return Question.ask(from, KERNEL, MaskBench.class, methods)
                .over("source", sources)
                .over("elements", elements);
    }

    @Override
    public List<Section> sections(Measured measured) {
        Beside beside = new Beside(measured, Family.MASKS);
        return List.of(Beside.section(
                "What do structured masks cost?",
                MaskBench.class,
                beside.picture(
                        "Dropout / copying and scaling",
                        "Forward, with the mask drawn on the way.",
                        Which.of(MaskBench.class, DropoutFamily.FORWARD),
                        beside::roof),
                beside.picture(
                        "The mask alone / copying and scaling",
                        "What it costs to decide who is kept, without the activations: left of 1, less than to copy"
                                + " them.",
                        Which.of(MaskBench.class, "keepBits"),
                        beside::roof)));
    }
}
