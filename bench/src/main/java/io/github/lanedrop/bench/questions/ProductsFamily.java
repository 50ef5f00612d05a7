package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.Profile.FULL;
import static io.github.lanedrop.bench.questions.Profile.QUICK;
import static io.github.lanedrop.bench.questions.Profile.STANDARD;
import static io.github.lanedrop.bench.questions.Times.Code.KERNEL;

import io.github.lanedrop.bench.jmh.ProductBench;
import io.github.lanedrop.bench.jmh.ProductPeerBench;
import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Plot.Point;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What does dropout add to a matrix product? */
final class ProductsFamily implements Part {
    private static final String PRODUCT = "product";
    private static final String EPILOGUE = "epilogue";
    private static final String BOTH = PRODUCT + " " + EPILOGUE;
    private static final String SQUARE = "512x512x512";
    private static final String SHAPES = "512x512x512 1024x1024x1024 128x784x512 128x512x10";

    @Override
    public List<Question> ofSelf() {
        return List.of(
                ask(QUICK, KERNEL, ProductBench.class, BOTH, SQUARE, "none"),
                ask(STANDARD, KERNEL, ProductBench.class, BOTH, SHAPES, "none"),
                ask(STANDARD, KERNEL, ProductBench.class, "packedOnce twoThreads dropConnect", SQUARE, "none"),
                ask(FULL, KERNEL, ProductBench.class, BOTH + " packedOnce twoThreads dropConnect", SHAPES, "none a b"));
    }

    @Override
    public List<Question> ofProductPeer(String peer) {
        return List.of(
                ask(QUICK, KERNEL, ProductPeerBench.class, BOTH, SQUARE, "none").over(Run.PEER, peer),
                ask(STANDARD, KERNEL, ProductPeerBench.class, BOTH, SQUARE + " 128x784x512", "none")
                        .over(Run.PEER, peer),
                ask(FULL, KERNEL, ProductPeerBench.class, BOTH, SHAPES, "none a b")
                        .over(Run.PEER, peer));
    }

    private static Question ask(
            Profile from, Times.Code code, Class<?> bench, String methods, String shapes, String transposed) {
        return Question.ask(from, code, bench, methods).over("shape", shapes).over("transposed", transposed);
    }

    @Override
    public List<Section> sections(Measured measured) {
        Beside beside = new Beside(measured, Family.PRODUCTS);
        return List.of(Beside.section(
                "What does dropout add to a matrix product?",
                ProductBench.class,
                beside.picture(
                        "Products with dropout, and other forms / the product",
                        "The epilogue is bias, ReLU and dropout; DropConnect drops weights.",
                        Which.of(ProductBench.class),
                        result -> beside.other(result, PRODUCT, ProductBench.class, PRODUCT)),
                others(measured, PRODUCT, "Others' products / ours"),
                others(measured, EPILOGUE, "Others' products with bias, ReLU and dropout / ours")));
    }

    private static Figure others(Measured measured, String method, String title) {
        Predicate<Result> theirs = Which.of(ProductPeerBench.class, method).and(Result::isPlain);
        List<Series> series = new ArrayList<>();
        for (String peer : measured.values(theirs, Run.PEER)) {
            series.add(new Series(
                    peer,
                    Colours.other(series.size()),
                    false,
                    measured.where(theirs.and(Which.ofPeer(peer)))
                            .flatMap(result -> besideOurs(measured, result))
                            .toList()));
        }
        return new Figure(
                Pictures.bars(Pictures.TIMES_LANEDROP, "shape", series),
                title,
                "Right of 1, Lanedrop is faster; left of it, the other is.",
                measured.commandWithPeers(Family.PRODUCTS));
    }

    private static Stream<Point> besideOurs(Measured measured, Result result) {
        return measured.where(Which.of(ProductBench.class, result.method())
                        .and(Result::isPlain)
                        .and(own -> Beside.sameBut(result, own, Run.PEER)))
                .limit(1)
                .map(own -> Ratios.of(Beside.label(result, List.of("shape", "transposed")), Double.NaN, result, own));
    }
}
