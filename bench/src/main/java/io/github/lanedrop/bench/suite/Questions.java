package io.github.lanedrop.bench.suite;

import static io.github.lanedrop.bench.suite.Profile.FULL;
import static io.github.lanedrop.bench.suite.Profile.QUICK;
import static io.github.lanedrop.bench.suite.Profile.STANDARD;
import static io.github.lanedrop.bench.suite.Question.ask;
import static io.github.lanedrop.bench.suite.Times.Code.KERNEL;
import static io.github.lanedrop.bench.suite.Times.Code.LOOP;

import io.github.lanedrop.bench.jmh.AttentionBench;
import io.github.lanedrop.bench.jmh.CallBench;
import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.FusedBench;
import io.github.lanedrop.bench.jmh.MaskBench;
import io.github.lanedrop.bench.jmh.NoiseBench;
import io.github.lanedrop.bench.jmh.PeerBench;
import io.github.lanedrop.bench.jmh.ProductBench;
import io.github.lanedrop.bench.jmh.ProductPeerBench;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Mode;

/**
 * What is asked, a line a question. A profile asks its own lines and those of the shorter profiles; a run that two lines ask
 * for is made once.
 */
final class Questions {
    private static final String L1 = "4096";
    private static final String L2 = "65536";
    private static final String L3 = "1048576";
    private static final String DRAM = "16777216";
    private static final String FEW_SIZES = String.join(" ", L1, L3, DRAM);
    private static final String SIZES = String.join(" ", L1, L2, L3, DRAM);
    private static final String ALL_SIZES = SIZES + " 67108864";
    private static final String RATES = "0.1 0.5";
    private static final String SHAPES = "512x512x512 1024x1024x1024 128x784x512 128x512x10";

    private static final List<String> SCALAR = List.of("-Dlanedrop.path=scalar");
    private static final List<String> BITS_256 = List.of("-Dlanedrop.vectorBits=256");
    private static final List<String> BITS_128 = List.of("-Dlanedrop.vectorBits=128");

    /** Options of HotSpot on x86 alone. */
    static final List<String> AVX2 = List.of("-XX:UseAVX=2");

    private Questions() {}

    /** Those of this library alone. */
    static List<Question> own() {
        return List.of(
                dropout(QUICK, LOOP, "copy", FEW_SIZES, "0.1", "1"),
                dropout(QUICK, KERNEL, "copyAndScale forward", FEW_SIZES, "0.1", "1"),
                dropout(QUICK, KERNEL, "forward", L3, "0.5", "1"),
                dropout(QUICK, KERNEL, "forward", L3, "0.1", "2"),
                dropout(QUICK, KERNEL, "inPlace backwardStored", L3, "0.1", "1"),
                dropout(QUICK, KERNEL, "forward", L3, "0.1", "1").under(List.of(SCALAR)),
                dropout(STANDARD, LOOP, "copy", SIZES, "0.1", "1"),
                dropout(STANDARD, KERNEL, "copyAndScale", SIZES, "0.1", "1"),
                dropout(STANDARD, KERNEL, "copyAndScale", String.join(" ", L2, L3, DRAM), "0.1", "2"),
                dropout(STANDARD, KERNEL, "forward", SIZES, RATES, "1"),
                dropout(STANDARD, KERNEL, "forward", String.join(" ", L2, L3, DRAM), "0.1", "2"),
                dropout(STANDARD, KERNEL, "inPlace", L3 + " " + DRAM, "0.1", "1"),
                dropout(STANDARD, KERNEL, "backward keepBits", L3, "0.1", "1"),
                dropout(STANDARD, KERNEL, "forward", L3, "0.1", "1").under(List.of(SCALAR, AVX2, BITS_256, BITS_128)),
                dropout(FULL, LOOP, "copy", ALL_SIZES, "0.1", "1 2"),
                dropout(FULL, KERNEL, "copyAndScale", ALL_SIZES, "0.1", "1 2"),
                dropout(FULL, KERNEL, "forward backward inPlace backwardStored keepBits", ALL_SIZES, RATES, "1 2"),
                dropout(FULL, KERNEL, "forward", ALL_SIZES, RATES, "1")
                        .under(List.of(SCALAR, AVX2, BITS_256, BITS_128)),
                //
                masks(QUICK, "CHANNELS_FIRST", L3),
                masks(STANDARD, sources(), L3),
                masks(FULL, sources(), "65536 1048576 6422528"),
                //
                ask(Family.NOISE, QUICK, KERNEL, NoiseBench.class, "gaussianDropout")
                        .over("elements", L3),
                ask(Family.NOISE, STANDARD, KERNEL, NoiseBench.class, "gaussianDropout uout")
                        .over("elements", L3),
                ask(Family.NOISE, STANDARD, LOOP, NoiseBench.class, "copyAndScale jdkLoop")
                        .over("elements", L3),
                ask(Family.NOISE, FULL, KERNEL, NoiseBench.class, "copyAndScale words gaussianDropout uout jdkLoop")
                        .over("elements", SIZES),
                //
                chains(QUICK, "biasActivationDropout biasActivationDropoutUnfused", "GELU", L3),
                chains(QUICK, "dropoutResidualLayerNorm dropoutResidualLayerNormUnfused", "RELU", L3),
                chains(STANDARD, "biasActivationDropout biasActivationDropoutUnfused", "RELU GELU", L3),
                chains(STANDARD, "biasActivationDropoutBackward", "GELU", L3),
                chains(STANDARD, "dropout layerNorm dropoutResidualLayerNormBackward", "RELU", L3),
                chains(
                        FULL,
                        "activation biasActivationDropout biasActivationDropoutUnfused biasActivationDropoutBackward",
                        "RELU TANH SILU GELU",
                        L3 + " " + DRAM),
                chains(
                        FULL,
                        "dropout layerNorm dropoutResidualLayerNorm dropoutResidualLayerNormWithSum"
                                + " dropoutResidualLayerNormUnfused dropoutResidualLayerNormBackward",
                        "RELU",
                        L3 + " " + DRAM),
                //
                attention(QUICK, "forward unfused", "512", "64", "0.1", "false"),
                attention(STANDARD, "copy softmaxDropout forward backward unfused", "512", "64", "0.1", "false"),
                attention(STANDARD, "forward unfused", "2048", "64", "0.1", "false"),
                attention(STANDARD, "forward", "512", "64", "0.0 0.1", "true"),
                attention(
                        FULL,
                        "copy softmaxDropout softmaxDropoutBackward forward backward unfused",
                        "128 512 2048",
                        "64 128",
                        "0.0 0.1",
                        "false true"),
                //
                products(QUICK, "product epilogue", "512x512x512", "none"),
                products(STANDARD, "product epilogue", SHAPES, "none"),
                products(STANDARD, "packedOnce twoThreads dropConnect", "512x512x512", "none"),
                products(FULL, "product epilogue packedOnce twoThreads dropConnect", SHAPES, "none a b"));
    }

    /** Those that a peer is asked. Loops of this module are asked less, so that a quick look stays one. */
    static List<Question> of(Entrant peer) {
        String id = peer.id();
        if (peer.kind() == Entrant.Kind.PRODUCT) {
            return ofProducts(id);
        }
        if (id.equals(Run.LANEDROP)) { // which DropoutBench asks the rest
            return List.of(
                    calls(QUICK, KERNEL, id, "128 768"),
                    calls(STANDARD, KERNEL, id, "128 768 4096 98304"),
                    peers(FULL, KERNEL, id, "forward backward inPlace", ALL_SIZES, RATES, "1 2", "fresh"));
        }
        List<Question> questions = new ArrayList<>(List.of(
                calls(QUICK, LOOP, id, "768").in(Mode.AverageTime),
                calls(STANDARD, LOOP, id, "768"),
                calls(FULL, LOOP, id, "128 768 4096 98304"),
                peers(QUICK, LOOP, id, "forward", L3, "0.1", "1", "reused"),
                peers(STANDARD, LOOP, id, "forward", FEW_SIZES, "0.1", "1", "reused"),
                peers(STANDARD, LOOP, id, "forward", L3, RATES, "1", "reused"),
                peers(FULL, LOOP, id, "forward backward inPlace", ALL_SIZES, RATES, "1 2", "fresh reused")));
        if (!peer.isBuiltIn()) {
            questions.addAll(List.of(
                    calls(QUICK, LOOP, id, "128").in(Mode.AverageTime),
                    calls(QUICK, LOOP, id, "768"),
                    peers(QUICK, LOOP, id, "forward", FEW_SIZES, "0.1", "1", "reused"),
                    peers(QUICK, LOOP, id, "forward", L3, "0.5", "1", "reused"),
                    peers(QUICK, LOOP, id, "forward", L3, "0.1", "2", "reused"),
                    peers(QUICK, LOOP, id, "backward inPlace", L3, "0.1", "1", "reused"),
                    peers(QUICK, LOOP, id, "forward", DRAM, "0.1", "1", "fresh")));
        }
        return questions;
    }

    /** Elements of the calls of JVMs that are started cold: a row, and a batch of 128 of them. */
    static List<Integer> coldElements(Profile profile) {
        return profile == QUICK ? List.of(768) : List.of(768, 98_304);
    }

    /** What a bench with peers measures them at. */
    static Entrant.Kind kind(Class<?> bench) {
        return bench == ProductPeerBench.class ? Entrant.Kind.PRODUCT : Entrant.Kind.DROPOUT;
    }

    /** The width that a variation asks for, 0 where it asks for none. */
    static int bits(List<String> variation) {
        return variation.equals(BITS_256) ? 256 : variation.equals(BITS_128) ? 128 : 0;
    }

    /** Those that somebody's matrix product is asked. */
    private static List<Question> ofProducts(String peer) {
        return List.of(
                ask(Family.PRODUCTS, QUICK, LOOP, ProductPeerBench.class, "product epilogue")
                        .over("shape", "512x512x512")
                        .over("transposed", "none")
                        .over(Run.PEER, peer),
                ask(Family.PRODUCTS, STANDARD, LOOP, ProductPeerBench.class, "product epilogue")
                        .over("shape", "512x512x512 128x784x512")
                        .over("transposed", "none")
                        .over(Run.PEER, peer),
                ask(Family.PRODUCTS, FULL, LOOP, ProductPeerBench.class, "product epilogue")
                        .over("shape", SHAPES)
                        .over("transposed", "none a b")
                        .over(Run.PEER, peer));
    }

    private static Question dropout(
            Profile from, Times.Code code, String methods, String elements, String rates, String threads) {
        return ask(Family.DROPOUT, from, code, DropoutBench.class, methods)
                .over("elements", elements)
                .over("rate", rates)
                .over("threads", threads);
    }

    private static Question peers(
            Profile from,
            Times.Code code,
            String peer,
            String methods,
            String elements,
            String rates,
            String threads,
            String memory) {
        return ask(Family.PEERS, from, code, PeerBench.class, methods)
                .over(Run.PEER, peer)
                .over("elements", elements)
                .over("rate", rates)
                .over("threads", threads)
                .over("memory", memory);
    }

    private static Question calls(Profile from, Times.Code code, String peer, String elements) {
        return ask(Family.CALLS, from, code, CallBench.class, "forward")
                .over(Run.PEER, peer)
                .in(Mode.AverageTime, Mode.SampleTime)
                .over("elements", elements);
    }

    private static Question masks(Profile from, String sources, String elements) {
        return ask(Family.MASKS, from, KERNEL, MaskBench.class, "forward")
                .over("source", sources)
                .over("elements", elements);
    }

    private static String sources() {
        return String.join(
                " ", List.of(MaskBench.Source.values()).stream().map(Enum::name).toList());
    }

    private static Question chains(Profile from, String methods, String activations, String elements) {
        return ask(Family.FUSED, from, KERNEL, FusedBench.class, methods)
                .over("activation", activations)
                .over("elements", elements);
    }

    private static Question attention(
            Profile from, String methods, String lengths, String depths, String rates, String causal) {
        return ask(Family.ATTENTION, from, KERNEL, AttentionBench.class, methods)
                .over("length", lengths)
                .over("depth", depths)
                .over("rate", rates)
                .over("causal", causal);
    }

    private static Question products(Profile from, String methods, String shapes, String transposed) {
        return ask(Family.PRODUCTS, from, KERNEL, ProductBench.class, methods)
                .over("shape", shapes)
                .over("transposed", transposed);
    }
}
