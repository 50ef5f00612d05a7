package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.Profile.FULL;
import static io.github.lanedrop.bench.questions.Profile.QUICK;
import static io.github.lanedrop.bench.questions.Profile.STANDARD;
import static io.github.lanedrop.bench.questions.Times.Code.KERNEL;
import static io.github.lanedrop.bench.questions.Times.Code.LOOP;

import io.github.lanedrop.bench.jmh.NoiseBench;
import io.github.lanedrop.bench.report.Section;
import java.util.List;

/** What does noise cost? */
final class NoiseFamily implements Part {
    private static final String WORDS = "words";

    @Override
    public List<Question> ofSelf() {
        return List.of(
                ask(QUICK, KERNEL, "gaussianDropout", Sizes.L3),
                ask(STANDARD, KERNEL, "gaussianDropout uout", Sizes.L3),
                ask(STANDARD, LOOP, "copyAndScale jdkLoop", Sizes.L3),
                ask(FULL, KERNEL, "copyAndScale words gaussianDropout uout jdkLoop", Sizes.SEVERAL));
    }

    private static Question ask(Profile from, Times.Code code, String methods, String elements) {
        return Question.ask(from, code, NoiseBench.class, methods).over("elements", elements);
    }

    @Override
    public List<Section> sections(Measured measured) {
        Beside beside = new Beside(measured, Family.NOISE);
        return List.of(Beside.section(
                "What does noise cost?",
                NoiseBench.class,
                beside.picture(
                        "Noise / copying and scaling",
                        "gaussianDropout multiplies by normals, uout by uniform noise; "
                                + (measured.where(Which.of(NoiseBench.class, WORDS))
                                                .findAny()
                                                .isPresent()
                                        ? "words are the random words alone that noise is made of; "
                                        : "")
                                + "jdkLoop is what people write.",
                        Which.of(NoiseBench.class),
                        beside::roof)));
    }
}
