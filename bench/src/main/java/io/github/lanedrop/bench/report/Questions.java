package io.github.lanedrop.bench.report;

import io.github.lanedrop.bench.report.Plot.Axis;
import io.github.lanedrop.bench.report.Plot.Kind;
import io.github.lanedrop.bench.report.Plot.Point;
import io.github.lanedrop.bench.report.Plot.Scale;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.start.Starts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The questions that the page answers, from the measurements that there are. */
final class Questions {
    /** Where bars stand for one size only: what fits into the caches of most machines, and is no small call. */
    static final double USUAL_ELEMENTS = 1 << 20;

    static final String DROPOUT = "DropoutBench";
    static final String PEERS = "PeerBench";
    static final String CALLS = "CallBench";
    static final String PRODUCTS = "ProductBench";
    static final String PRODUCT_PEERS = "ProductPeerBench";
    static final String SELF = "lanedrop";
    static final String CEILING = "c";
    static final String FORWARD = "forward";
    static final String ROOF = "copyAndScale";

    private static final String BLUE = "dropped";
    private static final String ORANGE = "plain";
    private static final String GREEN = "mc";
    private static final String GREY = "quiet";
    private static final String USED_MEMORY = "memory used before";
    private static final String FRESH_MEMORY = "fresh memory in each call";
    private static final int COLOURS = 12;
    private static final int SIZES = 5;
    private static final int PICTURED_PERCENTILES = 5;
    private static final Axis ELEMENTS = new Axis("elements", Scale.SIZES);
    private static final Axis NANOS_AN_ELEMENT = new Axis("nanoseconds an element", Scale.LOG);

    private final Results results;
    private final Optional<Machine> machine;
    private final Optional<Starts> starts;
    private final String runCommand;
    private final String peersOption;
    private final List<String> peers;
    private int figures;

    /**
     * Asks.
     *
     * @param results the measurements
     * @param machine where they come from
     * @param starts the cold starts
     */
    Questions(Results results, Optional<Machine> machine, Optional<Starts> starts) {
        this.results = results;
        this.machine = machine;
        this.starts = starts;
        List<String> words =
                machine.map(from -> List.of(from.command().split("\\s+"))).orElse(List.of());
        runCommand = "./build run bench"
                + words.stream()
                        .filter(List.of("--quick", "--standard", "--full")::contains)
                        .findFirst()
                        .map(level -> " " + level)
                        .orElse("");
        peersOption = IntStream.range(0, words.size())
                .mapToObj(i -> words.get(i).startsWith("--peers=")
                        ? " --peers " + words.get(i).substring("--peers=".length())
                        : words.get(i).equals("--peers") && i + 1 < words.size() ? " --peers " + words.get(i + 1) : "")
                .filter(option -> !option.isEmpty())
                .findFirst()
                .orElse("");
        peers = results.all().stream()
                .map(result -> result.param("peer"))
                .filter(peer -> !peer.isEmpty() && !peer.equals(SELF) && !peer.equals(CEILING))
                .distinct()
                .toList();
    }

    /** All of them, in the order of the page. */
    List<Section> all() {
        return List.of(
                cost(),
                comparison(),
                garbage(),
                threads(),
                calls(),
                starts(),
                masks(),
                noise(),
                fused(),
                attention(),
                products(),
                others());
    }

    // ---- what an element costs

    private Section cost() {
        List<Figure> pictures = new ArrayList<>();
        for (String rate : values(is(DROPOUT, FORWARD), "rate")) {
            Predicate<Result> here = with("rate", rate).and(Result::isPlain).and(Result::isAlone);
            picture(
                    pictures,
                    "Forward at rate " + rate,
                    "Copying, and copying and scaling, are the least that any dropout must do on these buffers; the C"
                            + " ceiling is the same algorithm in C with AVX-512 intrinsics.",
                    lines(
                            ELEMENTS,
                            NANOS_AN_ELEMENT,
                            List.of(
                                    line("copy", GREY, true, roof(rate, "copy")),
                                    line("copy and scale", GREY, false, roof(rate, ROOF)),
                                    line(
                                            "Lanedrop",
                                            BLUE,
                                            false,
                                            is(DROPOUT, FORWARD).and(here)),
                                    line(
                                            "C ceiling",
                                            GREEN,
                                            true,
                                            is(PEERS, FORWARD)
                                                    .and(here)
                                                    .and(with("peer", CEILING))
                                                    .and(notFresh())),
                                    line(
                                            "scalar twin",
                                            ORANGE,
                                            true,
                                            is(DROPOUT, FORWARD)
                                                    .and(Result::isAlone)
                                                    .and(with("rate", rate))
                                                    .and(result ->
                                                            result.variant().equals("scalar twin"))))),
                    "dropout");
        }
        for (String rate : values(is(DROPOUT, FORWARD), "rate")) {
            Predicate<Result> here = with("rate", rate).and(Result::isPlain).and(Result::isAlone);
            picture(
                    pictures,
                    "The other operations at rate " + rate,
                    "Backward draws the mask again; with a stored mask it reads one bit an element; the last is the mask"
                            + " alone, without the activations.",
                    lines(
                            ELEMENTS,
                            NANOS_AN_ELEMENT,
                            List.of(
                                    line("copy and scale", GREY, false, roof(rate, ROOF)),
                                    line(
                                            "forward",
                                            BLUE,
                                            false,
                                            is(DROPOUT, FORWARD).and(here)),
                                    line(
                                            "backward",
                                            "p0",
                                            false,
                                            is(DROPOUT, "backward").and(here)),
                                    line(
                                            "in place",
                                            "p1",
                                            false,
                                            is(DROPOUT, "inPlace").and(here)),
                                    line(
                                            "stored mask",
                                            "p2",
                                            true,
                                            is(DROPOUT, "backwardStored").and(here)),
                                    line(
                                            "mask alone",
                                            "p3",
                                            true,
                                            is(DROPOUT, "keepBits").and(here)))),
                    "dropout");
        }
        for (String rate : values(is(DROPOUT, FORWARD), "rate")) {
            SequencedSet<String> variants = new LinkedHashSet<>();
            results.where(is(DROPOUT, FORWARD).and(Result::isAlone).and(with("rate", rate)))
                    .forEach(result -> variants.add(result.variant()));
            if (variants.size() < 2) {
                continue;
            }
            List<Series> series = new ArrayList<>();
            for (String variant : variants) {
                series.add(line(
                        variant.isEmpty() ? "as the JDK chooses" : variant,
                        variant.isEmpty() ? BLUE : colour(series.size()),
                        !variant.isEmpty(),
                        is(DROPOUT, FORWARD)
                                .and(Result::isAlone)
                                .and(with("rate", rate))
                                .and(result -> result.variant().equals(variant))));
            }
            picture(
                    pictures,
                    "Vector widths, forward at rate " + rate,
                    "The same bits on every path; what differs is how many elements an instruction takes.",
                    lines(ELEMENTS, NANOS_AN_ELEMENT, series),
                    "dropout");
        }
        return section(
                "What does an element cost?",
                "Nanoseconds an element against the size of a call, on one thread, from L1 to DRAM.",
                pictures,
                "This run has no measurements of DropoutBench.forward.");
    }

    /** Measured at this rate, or at any, since it does not depend on it. */
    private Predicate<Result> roof(String rate, String method) {
        Predicate<Result> all = is(DROPOUT, method).and(Result::isPlain).and(Result::isAlone);
        Predicate<Result> here = all.and(with("rate", rate));
        return results.where(here).findAny().isPresent() ? here : all;
    }

    // ---- who else drops, and how fast

    private Section comparison() {
        List<Figure> pictures = new ArrayList<>();
        for (String rate : values(is(PEERS, FORWARD), "rate")) {
            Predicate<Result> here =
                    is(PEERS, FORWARD).and(Result::isPlain).and(Result::isAlone).and(with("rate", rate));
            picture(
                    pictures,
                    "Everybody's forward at rate " + rate,
                    "Full lines write to memory that was used before, their own or what they are given; dashed ones get fresh"
                            + " memory from the operating system for each result, page fault by page fault.",
                    lines(ELEMENTS, NANOS_AN_ELEMENT, everybody(here, rate)),
                    "peers" + peersOption);
        }
        for (String rate : values(is(PEERS, FORWARD), "rate")) {
            speedUps(pictures, rate);
        }
        operations(pictures);
        return new Section(
                "How fast are others?",
                "Dropout on float32 as other libraries and the usual loops do it, each held to what dropout is before it is"
                        + " timed, in the same run, on the same buffers, on one thread.",
                pictures,
                List.of(),
                machine.map(Questions::whoIsWho).orElse(List.of()),
                "This run has no measurements of peers.");
    }

    private static List<Table> whoIsWho(Machine machine) {
        return machine.peers().isEmpty()
                ? List.of()
                : List.of(new Table(
                        "Who is compared, and who is not and why",
                        List.of("peer", "", "version", "what to know"),
                        machine.peers().stream()
                                .map(peer -> List.of(
                                        peer.id(),
                                        switch (peer.status()) {
                                            case MEASURED -> "measured";
                                            case REFUSED -> "refused";
                                            case ABSENT -> "absent";
                                        },
                                        peer.version(),
                                        peer.status() == Machine.Status.MEASURED
                                                ? peer.note()
                                                : (peer.reason() + " " + peer.note()).strip()))
                                .toList()));
    }

    private List<Series> everybody(Predicate<Result> here, String rate) {
        List<Series> series = new ArrayList<>();
        series.add(line("Lanedrop", BLUE, false, self(FORWARD, rate)));
        series.add(
                line("C ceiling", GREEN, true, here.and(with("peer", CEILING)).and(notFresh())));
        for (int i = 0; i < peers.size(); i++) {
            Predicate<Result> peer = here.and(with("peer", peers.get(i)));
            series.add(line(peers.get(i), colour(i), false, peer.and(notFresh())));
            series.add(line(
                    peers.get(i) + ", fresh memory",
                    colour(i),
                    true,
                    peer.and(notFresh().negate())));
        }
        return series;
    }

    /** Lanedrop through the frame of the peers, or, if that was not measured, without. */
    private Predicate<Result> self(String method, String rate) {
        Predicate<Result> framed = is(PEERS, method)
                .and(with("peer", SELF))
                .and(Result::isPlain)
                .and(Result::isAlone)
                .and(with("rate", rate));
        return results.where(framed).findAny().isPresent()
                ? framed
                : is(DROPOUT, method).and(Result::isPlain).and(Result::isAlone).and(with("rate", rate));
    }

    private void speedUps(List<Figure> pictures, String rate) {
        Predicate<Result> here =
                is(PEERS, FORWARD).and(Result::isPlain).and(Result::isAlone).and(with("rate", rate));
        usualSize(here).ifPresent(elements -> {
            List<Series> series = new ArrayList<>();
            for (boolean fresh : new boolean[] {false, true}) {
                List<Point> points = new ArrayList<>();
                for (Result peer : results.where(
                                here.and(sized(elements)).and(fresh ? notFresh().negate() : notFresh()))
                        .toList()) {
                    if (!peer.param("peer").equals(SELF)) {
                        results.where(self(FORWARD, rate).and(sized(elements)))
                                .limit(1)
                                .forEach(self ->
                                        points.add(Ratios.of(peerName(peer.param("peer")), Double.NaN, peer, self)));
                    }
                }
                series.add(new Series(fresh ? FRESH_MEMORY : USED_MEMORY, fresh ? ORANGE : BLUE, false, points));
            }
            picture(
                    pictures,
                    "Time of others / time of Lanedrop at rate " + rate,
                    "Forward on " + Figures.grouped((long) elements.doubleValue())
                            + " elements; right of 1, Lanedrop is faster. The table above has every size.",
                    bars(new Axis("times as long as Lanedrop", Scale.RATIO), "peer", sortedByValue(series)),
                    "peers" + peersOption);
        });
    }

    private static String nameOf(Result result) {
        return result.group().equals(DROPOUT) ? peerName(SELF) : peerName(result.param("peer"));
    }

    private static String peerName(String id) {
        return switch (id) {
            case SELF -> "Lanedrop";
            case CEILING -> "C ceiling";
            default -> id;
        };
    }

    private void operations(List<Figure> pictures) {
        Predicate<Result> all =
                result -> result.group().equals(PEERS) && result.mode().equals(Result.AVERAGE);
        Predicate<Result> here = all.and(Result::isPlain).and(Result::isAlone).and(notFresh());
        for (String rate : values(here.and(is(PEERS, FORWARD).negate()), "rate")) {
            usualSize(here.and(is(PEERS, FORWARD).negate()).and(with("rate", rate)))
                    .ifPresent(elements -> {
                        List<Series> series = new ArrayList<>();
                        String[][] operations = {
                            {FORWARD, "forward", BLUE}, {"backward", "backward", GREEN}, {"inPlace", "in place", ORANGE}
                        };
                        for (String[] operation : operations) {
                            series.add(new Series(
                                    operation[1],
                                    operation[2],
                                    false,
                                    results.where(sized(elements)
                                                    .and(self(operation[0], rate)
                                                            .or(here.and(with("rate", rate))
                                                                    .and(is(PEERS, operation[0])))))
                                            .map(result -> anElement(result).named(nameOf(result)))
                                            .toList()));
                        }
                        picture(
                                pictures,
                                "Forward, backward, in place at rate " + rate,
                                "On " + Figures.grouped((long) elements.doubleValue())
                                        + " elements, results in memory used before; what a peer cannot do has no bar.",
                                bars(NANOS_AN_ELEMENT, "peer", sortedByValue(series)),
                                "peers" + peersOption);
                    });
        }
    }

    // ---- garbage

    private Section garbage() {
        List<Figure> pictures = new ArrayList<>();
        Predicate<Result> measured = result -> Double.isFinite(result.garbage());
        Predicate<Result> here =
                is(PEERS, FORWARD).and(Result::isPlain).and(Result::isAlone).and(measured);
        for (String rate : values(here, "rate")) {
            usualSize(here.and(with("rate", rate))).ifPresent(elements -> {
                List<Series> series = new ArrayList<>();
                for (boolean fresh : new boolean[] {false, true}) {
                    series.add(new Series(
                            fresh ? FRESH_MEMORY : USED_MEMORY,
                            fresh ? ORANGE : BLUE,
                            false,
                            results.where(sized(elements)
                                            .and(self(FORWARD, rate)
                                                    .and(measured)
                                                    .or(here.and(with("rate", rate))))
                                            .and(fresh ? notFresh().negate() : notFresh()))
                                    .map(result -> new Point(
                                            nameOf(result),
                                            Double.NaN,
                                            result.garbage(),
                                            Double.NaN,
                                            Double.NaN,
                                            Ratios.n(result)))
                                    .toList()));
                }
                picture(
                        pictures,
                        "Bytes a call at rate " + rate,
                        "Forward on " + Figures.grouped((long) elements.doubleValue()) + " elements.",
                        bars(new Axis("bytes a call", Scale.LOG), "peer", sortedByValue(series)),
                        "peers" + peersOption);
            });
        }
        if (pictures.isEmpty()) {
            Predicate<Result> alone = is(DROPOUT, FORWARD)
                    .and(Result::isPlain)
                    .and(Result::isAlone)
                    .and(measured);
            List<Series> series = new ArrayList<>();
            for (String rate : values(alone, "rate")) {
                series.add(new Series(
                        "rate " + rate,
                        series.isEmpty() ? BLUE : colour(series.size()),
                        false,
                        results.where(alone.and(with("rate", rate)))
                                .filter(result -> Double.isFinite(result.elements()))
                                .map(result -> new Point(
                                        size(result.elements()),
                                        result.elements(),
                                        result.garbage(),
                                        Double.NaN,
                                        Double.NaN,
                                        Ratios.n(result)))
                                .toList()));
            }
            picture(
                    pictures,
                    "Bytes a call",
                    "Lanedrop's forward.",
                    lines(ELEMENTS, new Axis("bytes a call", Scale.LOG), series),
                    "dropout");
        }
        return section(
                "How much garbage does a call leave?",
                "Bytes on the Java heap as JMH's profiler counts them, some 20 a millisecond of its own included. What a"
                        + " library allocates outside of the heap is not in here; it shows as time where memory is fresh.",
                pictures,
                "This run did not measure garbage (-prof gc).");
    }

    // ---- threads

    private Section threads() {
        List<Figure> pictures = new ArrayList<>();
        Predicate<Result> forward = is(DROPOUT, FORWARD).and(Result::isPlain);
        Predicate<Result> peer = is(PEERS, FORWARD).and(Result::isPlain).and(notFresh());
        SequencedMap<String, Predicate<Result>> who = new LinkedHashMap<>();
        who.put("Lanedrop", forward);
        who.put("copy and scale", is(DROPOUT, ROOF).and(Result::isPlain));
        who.put("C ceiling", peer.and(with("peer", CEILING)));
        peers.forEach(id -> who.put(id, peer.and(with("peer", id))));
        for (int threads : counts(forward.or(peer))) {
            for (String rate : values(forward.or(peer), "rate")) {
                List<Series> series = new ArrayList<>();
                who.forEach((name, all) -> series.add(new Series(
                        name,
                        switch (name) {
                            case "Lanedrop" -> BLUE;
                            case "copy and scale" -> GREY;
                            case "C ceiling" -> GREEN;
                            default -> colour(peers.indexOf(name));
                        },
                        name.equals("C ceiling"),
                        results.where(all.and(with("rate", rate)))
                                .filter(result -> result.workers() == threads && Double.isFinite(result.elements()))
                                .flatMap(result -> results.where(all.and(with("rate", rate))
                                                .and(Result::isAlone)
                                                .and(sized(result.elements())))
                                        .limit(1)
                                        .map(one -> Ratios.of(size(result.elements()), result.elements(), one, result)))
                                .sorted(Comparator.comparingDouble(Point::x))
                                .toList())));
                picture(
                        pictures,
                        threads + " threads, rate " + rate,
                        "Time on one thread / time on " + threads
                                + ", forward. What is bound by memory that threads share" + " does not reach " + threads
                                + ".",
                        lines(ELEMENTS, new Axis("times faster than one thread", Scale.LOG), series),
                        "dropout,peers" + peersOption);
            }
        }
        return section(
                "What do more threads bring?",
                "A call whose elements are split over threads that wait for it.",
                pictures,
                "This run measured one thread only.");
    }

    private List<Integer> counts(Predicate<Result> condition) {
        return results.where(condition)
                .map(Result::workers)
                .filter(count -> count > 1)
                .distinct()
                .sorted()
                .toList();
    }

    // ---- small calls

    private Section calls() {
        List<Figure> pictures = new ArrayList<>();
        Predicate<Result> average = is(CALLS, FORWARD).and(Result::isPlain);
        picture(
                pictures,
                "A call on average",
                "Nanoseconds a call of few elements, as a service makes them, one after the other.",
                lines(
                        ELEMENTS,
                        new Axis("nanoseconds a call", Scale.LOG),
                        byPeer(
                                average,
                                result -> Stream.of(point(size(result.elements()), result.elements(), result, 1)))),
                "calls" + peersOption);
        Predicate<Result> single =
                result -> result.group().equals(CALLS) && result.mode().equals(Result.SAMPLE);
        for (String elements : values(single.and(Result::isPlain), "elements")) {
            picture(
                    pictures,
                    "Single calls of " + sizeOf(elements) + " elements",
                    "The time that a share of the calls stays below. Asking the clock takes some 20 ns, which is part of each"
                            + " call's time.",
                    lines(
                            new Axis("percentile of calls", Scale.PERCENTILES),
                            new Axis("nanoseconds", Scale.LOG),
                            byPeer(
                                    single.and(Result::isPlain).and(with("elements", elements)),
                                    Questions::percentiles)),
                    "calls" + peersOption);
        }
        return section(
                "How long does a small call take?",
                "Calls where the fixed cost of a call counts, on average and by percentile.",
                pictures,
                "This run has no measurements of small calls (CallBench).");
    }

    private List<Series> byPeer(Predicate<Result> condition, Function<Result, Stream<Point>> points) {
        List<Series> series = new ArrayList<>();
        for (String peer : values(condition, "peer")) {
            series.add(new Series(
                    peerName(peer),
                    peer.equals(SELF) ? BLUE : peer.equals(CEILING) ? GREEN : colour(Math.max(0, peers.indexOf(peer))),
                    peer.equals(CEILING),
                    results.where(condition.and(with("peer", peer)))
                            .flatMap(points)
                            .sorted(Comparator.comparingDouble(Point::x))
                            .toList()));
        }
        return series;
    }

    private static Stream<Point> percentiles(Result result) {
        return result.percentiles().entrySet().stream()
                .filter(entry -> entry.getKey() >= 50 && entry.getKey() < 100)
                .limit(PICTURED_PERCENTILES + 1)
                .map(entry -> new Point(
                        plainNumber(entry.getKey()) + " %",
                        100 / (100 - entry.getKey()),
                        result.nanos(entry.getValue()),
                        Double.NaN,
                        Double.NaN,
                        Integer.toString(result.forks())));
    }

    // ---- cold starts

    private Section starts() {
        List<Figure> pictures = new ArrayList<>();
        List<Table> tables = new ArrayList<>();
        starts.ifPresent(all -> {
            SequencedMap<Long, List<Starts.Variant>> bySize = new TreeMap<>();
            all.variants()
                    .forEach(variant -> bySize.computeIfAbsent(variant.elements(), _ -> new ArrayList<>())
                            .add(variant));
            bySize.forEach((elements, variants) -> {
                List<Series> series = new ArrayList<>();
                for (Starts.Variant variant : variants) {
                    series.add(new Series(
                            variant.name(),
                            series.isEmpty() ? BLUE : colour(series.size() - 1),
                            false,
                            StartFigures.curve(variant)));
                }
                picture(
                        pictures,
                        "Calls on " + Figures.grouped(elements) + " elements from the first on",
                        "The median of fresh JVMs; whiskers reach from the fastest to the slowest of them.",
                        lines(
                                new Axis("number of the call", Scale.LOG),
                                new Axis("nanoseconds a call", Scale.LOG),
                                series),
                        "start");
                tables.add(StartFigures.table(elements, variants));
            });
        });
        return new Section(
                "How long until it is fast?",
                "A JVM starts slow: it loads classes, interprets, and compiles what runs often. How a service can be fast from"
                        + " its first request.",
                pictures,
                tables,
                List.of(),
                "This run did not measure cold starts (start.json).");
    }

    // ---- the family

    private Section masks() {
        String group = "MaskBench";
        Function<Result, Optional<Result>> roof = result -> roof(result, ROOF, DROPOUT, ROOF);
        List<Figure> pictures = new ArrayList<>();
        nextTo(
                pictures,
                "Dropout / copying and scaling",
                "Forward, with the mask drawn on the way.",
                "masks",
                is(group, FORWARD),
                roof);
        nextTo(
                pictures,
                "The mask alone / copying and scaling",
                "What it costs to decide who is kept, without the activations: left of 1, less than to copy them.",
                "masks",
                is(group, "keepBits"),
                roof);
        return section("What do structured masks cost?", "", pictures, missing(group));
    }

    private Section noise() {
        String group = "NoiseBench";
        List<Figure> pictures = new ArrayList<>();
        nextTo(
                pictures,
                "Noise / copying and scaling",
                "\"words\" are the random words alone that the noise is made of; the JDK's loop is what people write.",
                "noise",
                result -> result.group().equals(group),
                result -> roof(result, ROOF, DROPOUT, ROOF));
        return section("What does noise cost?", "", pictures, missing(group));
    }

    private Section fused() {
        String group = "FusedBench";
        List<Figure> pictures = new ArrayList<>();
        nextTo(
                pictures,
                "Chains / dropout alone",
                "Chains in one pass, and the same in several (\"Unfused\"), beside dropout alone on the same buffers.",
                "fused",
                result -> result.group().equals(group),
                result -> roof(result, "dropout", DROPOUT, FORWARD));
        return section("What do fused chains save?", "", pictures, missing(group));
    }

    private Section attention() {
        String group = "AttentionBench";
        Predicate<Result> softmax =
                result -> result.group().equals(group) && result.method().startsWith("softmax");
        Predicate<Result> whole = result -> result.group().equals(group)
                && !result.method().startsWith("softmax")
                && !result.method().equals("copy")
                && !isZero(result.param("rate"));
        List<Figure> pictures = new ArrayList<>();
        nextTo(
                pictures,
                "Attention with dropout / without",
                "Forward and backward tile by tile, and forward with the scores in memory (\"unfused\"), each beside itself at"
                        + " rate 0.",
                "attention",
                whole,
                result -> results.where(is(group, result.method())
                                .and(Result::isPlain)
                                .and(other -> isZero(other.param("rate")) && sameBut(result, other, "rate")))
                        .findFirst());
        nextTo(
                pictures,
                "Attention with its scores in memory / tile by tile",
                "Product, softmax with dropout and product in turn, beside the same in one pass that never stores the scores.",
                "attention",
                is(group, "unfused"),
                result -> roof(result, FORWARD, group, FORWARD));
        nextTo(
                pictures,
                "Softmax with dropout / copying its scores",
                "The least that a softmax must do is to read the scores and to write as much.",
                "attention",
                softmax,
                result -> roof(result, "copy", group, "copy"));
        return section("What does dropout add to attention?", "", pictures, missing(group));
    }

    private Section products() {
        List<Figure> pictures = new ArrayList<>();
        nextTo(
                pictures,
                "Products with dropout, and other forms / the product",
                "The epilogue is bias, ReLU and dropout; DropConnect drops weights.",
                "products",
                result -> result.group().equals(PRODUCTS),
                result -> roof(result, "product", PRODUCTS, "product"));
        for (String method : List.of("product", "epilogue")) {
            Predicate<Result> theirs = is(PRODUCT_PEERS, method).and(Result::isPlain);
            List<Series> series = new ArrayList<>();
            for (String peer : values(theirs, "peer")) {
                series.add(new Series(
                        peer,
                        colour(series.size()),
                        false,
                        results.where(theirs.and(with("peer", peer)))
                                .flatMap(result -> results.where(is(PRODUCTS, method)
                                                .and(Result::isPlain)
                                                .and(own -> sameBut(result, own, "peer")))
                                        .limit(1)
                                        .map(own -> Ratios.of(
                                                label(result, List.of("shape", "transposed")),
                                                Double.NaN,
                                                result,
                                                own)))
                                .toList()));
            }
            picture(
                    pictures,
                    method.equals("product")
                            ? "Others' products / ours"
                            : "Others' products with bias, ReLU and dropout / ours",
                    "Right of 1, Lanedrop is faster; left of it, the other is.",
                    bars(new Axis("times as long as Lanedrop", Scale.RATIO), "shape", series),
                    "products" + peersOption);
        }
        return section("What does dropout add to a matrix product?", "", pictures, missing(PRODUCTS));
    }

    private static String missing(String group) {
        return "This run has no measurements of " + group + " and what to hold them against.";
    }

    /** What benchmarks take next to their roof, a series a size. */
    private void nextTo(
            List<Figure> pictures,
            String title,
            String note,
            String family,
            Predicate<Result> what,
            Function<Result, Optional<Result>> roof) {
        Predicate<Result> measured = what.and(Result::isPlain)
                .and(result -> !result.mode().equals(Result.SAMPLE))
                .and(result ->
                        roof.apply(result).filter(top -> !top.equals(result)).isPresent());
        List<Result> all = results.where(measured).toList();
        String size = Stream.of("elements", "length", "shape")
                .filter(name ->
                        all.stream().anyMatch(result -> !result.param(name).isEmpty()))
                .findFirst()
                .orElse("");
        List<String> tell = all.stream()
                .flatMap(result -> result.params().keySet().stream())
                .distinct()
                .filter(name -> !name.equals(size)
                        && all.stream()
                                        .map(result -> result.param(name))
                                        .distinct()
                                        .count()
                                > 1)
                .toList();
        List<String> methods = all.stream().map(Result::method).distinct().toList();
        List<Series> series = new ArrayList<>();
        for (String value : values(measured, size)) {
            series.add(new Series(
                    size.equals("elements") ? sizeOf(value) + " elements" : size + " " + sizeOf(value),
                    "s" + Math.min(series.size(), SIZES - 1),
                    false,
                    all.stream()
                            .filter(with(size, value))
                            .sorted(Comparator.comparingInt(result -> methods.indexOf(result.method())))
                            .flatMap(result -> roof
                                    .apply(result)
                                    .map(top -> Ratios.of(
                                            methods.size() == 1 && !tell.isEmpty()
                                                    ? label(result, tell)
                                                    : (result.method() + " " + label(result, tell)).strip(),
                                            Double.NaN,
                                            result,
                                            top))
                                    .stream())
                            .toList()));
        }
        picture(pictures, title, note, bars(new Axis("times as long", Scale.RATIO), "what", series), family);
    }

    /** What to hold a measurement against: of the same class and settings, or of the same size from another class. */
    private Optional<Result> roof(Result result, String method, String otherGroup, String otherMethod) {
        return results.where(is(result.group(), method).and(Result::isPlain).and(Result::isAlone))
                .filter(top -> sameBut(result, top, ""))
                .findFirst()
                .or(() -> results.where(is(result.group(), method)
                                .and(Result::isPlain)
                                .and(Result::isAlone)
                                .and(sized(result.elements())))
                        .findFirst())
                .or(() -> results.where(is(otherGroup, otherMethod)
                                .and(Result::isPlain)
                                .and(Result::isAlone)
                                .and(sized(result.elements())))
                        .findFirst());
    }

    private static boolean isZero(String rate) {
        return rate.matches("0(\\.0+)?");
    }

    /** Whether two have the same values of all parameters that both have, but for one. */
    private static boolean sameBut(Result one, Result other, String but) {
        return one.params().entrySet().stream()
                .allMatch(param -> param.getKey().equals(but)
                        || other.params()
                                .getOrDefault(param.getKey(), param.getValue())
                                .equals(param.getValue()));
    }

    /** The values of some parameters: words as they are, numbers and the like with the parameter's name. */
    private static String label(Result result, List<String> params) {
        List<String> words = new ArrayList<>();
        for (String name : params) {
            String value = result.param(name);
            words.add(value.matches("[-0-9.]+|true|false|none|[a-z]") ? name + " " + value : value);
        }
        return String.join(", ", words);
    }

    private Section others() {
        Collection<String> known = List.of(
                DROPOUT,
                PEERS,
                CALLS,
                "MaskBench",
                "NoiseBench",
                "FusedBench",
                "AttentionBench",
                PRODUCTS,
                PRODUCT_PEERS);
        List<Result> unknown =
                results.where(result -> !known.contains(result.group())).toList();
        return new Section(
                "Other measurements",
                "",
                List.of(),
                unknown.isEmpty() ? List.of() : List.of(measurements("Measured, but not pictured", unknown)),
                List.of(),
                "There are none.");
    }

    /** Results as JMH has them. */
    static Table measurements(String caption, List<Result> results) {
        return new Table(
                caption,
                List.of(
                        "benchmark",
                        "setting",
                        "mode",
                        "threads",
                        "forks x iterations",
                        "score",
                        "± 99.9 %",
                        "unit",
                        "bytes a call"),
                results.stream()
                        .map(result -> List.of(
                                result.name(),
                                result.setting(),
                                result.mode(),
                                Integer.toString(result.threads()),
                                Ratios.n(result),
                                Figure.number(result.score()),
                                Figure.number(result.error()),
                                result.unit(),
                                Figure.number(result.garbage())))
                        .toList());
    }

    // ---- conditions

    private static Predicate<Result> is(String group, String method) {
        return result -> result.is(group, method) && !result.mode().equals(Result.SAMPLE);
    }

    private static Predicate<Result> with(String param, String value) {
        return result -> result.param(param).equals(value);
    }

    private Predicate<Result> notFresh() {
        return result -> !results.isFresh(result);
    }

    private static Predicate<Result> sized(double elements) {
        return result -> result.elements() == elements;
    }

    /** The values of a parameter, numbers in their order. */
    private List<String> values(Predicate<Result> condition, String param) {
        List<String> values = results.where(condition)
                .map(result -> result.param(param))
                .filter(value -> !value.isEmpty())
                .distinct()
                .toList();
        return values.stream().allMatch(value -> value.matches("\\d{1,15}(\\.\\d+)?"))
                ? values.stream()
                        .sorted(Comparator.comparingDouble(Double::parseDouble))
                        .toList()
                : values;
    }

    /** The size that most measurements have, of several the closest to the usual one. */
    private Optional<Double> usualSize(Predicate<Result> condition) {
        Map<Double, Long> count = new TreeMap<>();
        results.where(condition)
                .filter(result -> Double.isFinite(result.elements()))
                .forEach(result -> count.merge(result.elements(), 1L, Long::sum));
        return count.entrySet().stream()
                .max(Comparator.<Map.Entry<Double, Long>>comparingLong(Map.Entry::getValue)
                        .thenComparingDouble(entry -> -Math.abs(Math.log(entry.getKey()) - Math.log(USUAL_ELEMENTS))))
                .map(Map.Entry::getKey);
    }

    // ---- pictures

    private static String colour(int i) {
        return "p" + i % COLOURS;
    }

    private static Point anElement(Result result) {
        return point(size(result.elements()), result.elements(), result, result.elements());
    }

    private static Point point(String label, double x, Result result, double divisor) {
        return new Point(
                label,
                x,
                result.nanos(result.score()) / divisor,
                result.nanos(result.low()) / divisor,
                result.nanos(result.high()) / divisor,
                Ratios.n(result));
    }

    private static String size(double elements) {
        return Figures.grouped((long) elements);
    }

    private static String sizeOf(String value) {
        return value.matches("\\d{1,15}") ? Figures.grouped(Long.parseLong(value)) : value;
    }

    private static String plainNumber(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private Series line(String name, String colour, boolean dashed, Predicate<Result> condition) {
        return new Series(
                name,
                colour,
                dashed,
                results.where(condition)
                        .filter(result -> Double.isFinite(result.elements()))
                        .map(Questions::anElement)
                        .sorted(Comparator.comparingDouble(Point::x))
                        .toList());
    }

    private Plot lines(Axis x, Axis y, List<Series> series) {
        return new Plot("figure" + figures, Kind.LINES, x, y, withPoints(series));
    }

    private Plot bars(Axis values, String names, List<Series> series) {
        return new Plot("figure" + figures, Kind.BARS, values, new Axis(names, Scale.NAMES), withPoints(series));
    }

    private static List<Series> withPoints(List<Series> series) {
        return series.stream().filter(one -> !one.points().isEmpty()).toList();
    }

    /** Bars in the order of the first series' values, names of other series after it. */
    private static List<Series> sortedByValue(List<Series> series) {
        SequencedSet<String> names = new LinkedHashSet<>();
        for (Series one : series) {
            one.points().stream()
                    .sorted(Comparator.comparingDouble(Point::value))
                    .forEach(point -> names.add(point.label()));
        }
        List<String> order = List.copyOf(names);
        return series.stream()
                .map(one -> new Series(
                        one.name(),
                        one.colour(),
                        one.dashed(),
                        one.points().stream()
                                .sorted(Comparator.comparingInt(point -> order.indexOf(point.label())))
                                .toList()))
                .toList();
    }

    private void picture(List<Figure> pictures, String title, String note, Plot plot, String family) {
        if (!plot.series().isEmpty()) {
            pictures.add(new Figure(plot, title, note, runCommand + " --family " + family));
            figures++;
        }
    }

    private static Section section(String title, String text, List<Figure> pictures, String missing) {
        return new Section(title, text, pictures, List.of(), List.of(), missing);
    }
}
