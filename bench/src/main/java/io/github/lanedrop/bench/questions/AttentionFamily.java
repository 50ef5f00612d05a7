package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.Profile.FULL;
import static io.github.lanedrop.bench.questions.Profile.QUICK;
import static io.github.lanedrop.bench.questions.Profile.STANDARD;
import static io.github.lanedrop.bench.questions.Times.Code.KERNEL;

import io.github.lanedrop.bench.jmh.AttentionBench;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Section;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What does dropout add to attention? */
final class AttentionFamily implements Part {
    private static final String FORWARD = "forward";
    private static final String BACKWARD = "backward";
    private static final String UNFUSED = "unfused";
    private static final String UNFUSED_BACKWARD = "unfusedBackward";
    private static final String COPY = "copy";
    private static final String SOFTMAX = "softmax";

    @Override
    public List<Question> ofSelf() {
        return List.of(
                ask(QUICK, "forward unfused", "512", "64", "0.1", "false"),
                ask(
                        STANDARD,
                        "copy softmaxDropout forward backward unfused unfusedBackward",
                        "512",
                        "64",
                        "0.1",
                        "false"),
                ask(STANDARD, "forward unfused", "2048", "64", "0.1", "false"),
                ask(STANDARD, FORWARD, "512", "64", "0.0 0.1", "true"),
                ask(
                        FULL,
                        "copy softmaxDropout softmaxDropoutBackward forward backward unfused unfusedBackward",
                        "128 512 2048",
                        "64 128",
                        "0.0 0.1",
                        "false true"));
    }

    private static Question ask(
            Profile from, String methods, String lengths, String depths, String rates, String causal) {
        return Question.ask(from, KERNEL, AttentionBench.class, methods)
                .over("length", lengths)
                .over("depth", depths)
                .over("rate", rates)
                .over("causal", causal);
    }

    @Override
    public List<Section> sections(Measured measured) {
        Beside beside = new Beside(measured, Family.ATTENTION);
        Predicate<Result> softmax =
                Which.of(AttentionBench.class).and(result -> result.method().startsWith(SOFTMAX));
        Predicate<Result> whole = Which.of(AttentionBench.class)
                .and(result -> !result.method().startsWith(SOFTMAX)
                        && !result.method().equals(COPY)
                        && !isWithoutDropout(result));
        return List.of(Beside.section(
                "What does dropout add to attention?",
                AttentionBench.class,
                beside.picture(
                        "Attention with dropout / without",
                        "Forward and backward tile by tile, and with the scores in memory (\"unfused\"), each"
                                + " beside itself at rate 0.",
                        whole,
                        result -> withoutDropout(measured, result)),
                beside.picture(
                        "Attention with its scores in memory / tile by tile",
                        "Product, softmax with dropout and product in turn, beside the same in one pass that never"
                                + " stores the scores; and the gradients, from scores and probabilities that"
                                + " forward left in memory, beside those in one pass that computes them again.",
                        Which.of(AttentionBench.class, UNFUSED).or(Which.of(AttentionBench.class, UNFUSED_BACKWARD)),
                        result -> beside.other(result, tiled(result), AttentionBench.class, tiled(result))),
                beside.picture(
                        "Softmax with dropout / copying its scores",
                        "The least that a softmax must do is to read the scores and to write as much.",
                        softmax,
                        result -> beside.other(result, COPY, AttentionBench.class, COPY))));
    }

    private static String tiled(Result unfused) {
        return unfused.method().equals(UNFUSED_BACKWARD) ? BACKWARD : FORWARD;
    }

    private static boolean isWithoutDropout(Result result) {
        return result.param("rate").matches("0(\\.0+)?");
    }

    private static Optional<Result> withoutDropout(Measured measured, Result result) {
        return measured.where(Which.of(AttentionBench.class, result.method())
                        .and(Result::isPlain)
                        .and(AttentionFamily::isWithoutDropout)
                        .and(other -> Beside.sameBut(result, other, "rate")))
                .findFirst();
    }
}
