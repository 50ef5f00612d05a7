package io.github.lanedrop.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lanedrop.bench.doctor.Passport;
import io.github.lanedrop.bench.jmh.CallBench;
import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.PeerBench;
import io.github.lanedrop.bench.questions.Family;
import io.github.lanedrop.bench.questions.Run;
import io.github.lanedrop.bench.questions.Times;
import io.github.lanedrop.bench.report.Machine;
import io.github.lanedrop.bench.report.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;

/** Runs that take as little as they can, in real JVMs of their own. */
final class SessionTest {
    private static final Times TINY = new Times(1, 10, 10, 1, 10, 1, 50);

    private static final Machine MACHINE =
            new Machine("./build run bench", Passport.read(Path.of("")), List.of(), List.of());

    @TempDir
    private Path folder = Path.of("");

    /** Other JMHs on the machine disturb no result that is looked at here. */
    @BeforeAll
    static void ignoreOthers() {
        System.setProperty("jmh.ignoreLock", "true");
    }

    private static Run run(Class<?> bench, String method, List<String> variation, String... parameters) {
        var told = new LinkedHashMap<String, String>();
        for (int i = 0; i < parameters.length; i += 2) {
            told.put(parameters[i], parameters[i + 1]);
        }
        return new Run(Family.DROPOUT, bench, method, Mode.AverageTime, told, variation, Times.Code.LOOP);
    }

    private List<Machine.Failure> session(Watch watch, List<Entrant> entrants, List<Integer> cold, Run... runs)
            throws IOException, InterruptedException {
        Plan plan = new Plan(TINY, false, List.of(runs), Set.of(), cold);
        Path log = Files.createFile(folder.resolve("log"));
        return new Session(plan, entrants, OptionalInt.empty(), MACHINE, folder, watch).run(log);
    }

    private JsonNode read(String name) throws IOException {
        return new ObjectMapper().readTree(folder.resolve(name).toFile());
    }

    /** Parameters, JVM options and environment reach the benchmark; what fails is named and costs nothing else. */
    @Test
    void whatWorksIsKeptAndWhatFailsIsNamed() throws IOException, InterruptedException {
        String[] dropout = {"elements", "4096", "rate", "0.25", "threads", "1"};
        String[] noPeer = {"elements", "4096", "rate", "0.5", "threads", "1", "memory", "fresh", "peer", "nobody"};
        String[] reused = {"elements", "4096", "rate", "0.5", "threads", "1", "memory", "reused", "peer", "weak-hash"};
        Place told = new Place("", List.of("-Dlanedrop.patterns=none such"));
        Entrant lanedrop =
                new Entrant(Entrant.Kind.DROPOUT, "lanedrop", "", "", Set.of(), true, false, Optional.empty(), told);
        String[] misled = {"elements", "64", "rate", "0.5", "threads", "1", "memory", "fresh", "peer", "lanedrop"};
        List<String> heard = new ArrayList<>();
        Watch watch = new Watch() {
            @Override
            public void begins(String what) {
                heard.add(what);
            }

            @Override
            public void ends(double seconds) {
                heard.add(Double.toString(seconds));
            }

            @Override
            public void close() {}
        };
        List<Machine.Failure> failures = session(
                watch,
                List.of(lanedrop),
                List.of(),
                run(DropoutBench.class, "forward", List.of("-Dlanedrop.path=scalar"), dropout),
                run(PeerBench.class, "forward", List.of(), noPeer),
                run(PeerBench.class, "forward", List.of(), misled),
                run(PeerBench.class, "forward", List.of(), reused));
        assertThat(failures).hasSize(2);
        assertThat(failures.get(0).what())
                .startsWith("PeerBench.forward elements=4096")
                .contains("peer=nobody");
        assertThat(failures.get(0).reason()).contains("no peer \"nobody\"");
        assertThat(failures.get(1).what()).contains("peer=lanedrop");
        assertThat(failures.get(1).reason()).contains("lanedrop.patterns");
        assertThat(Machine.read(folder).failures()).isEqualTo(failures);
        assertThat(heard)
                .hasSize(8)
                .startsWith("DropoutBench.forward elements=4096 rate=0.25 threads=1" + " -Dlanedrop.path=scalar");

        JsonNode results = read(Results.FILE);
        assertThat(results).hasSize(2);
        List<String> lines = Files.readAllLines(folder.resolve(Results.FILE));
        assertThat(lines).as("one measurement a line").hasSize(2);
        assertThat(lines.getFirst()).startsWith("[{\"jmhVersion\":").endsWith("},");
        assertThat(Results.read(folder).all()).hasSize(2);
        JsonNode first = results.get(0);
        assertThat(first.get("benchmark").asText()).isEqualTo(DropoutBench.class.getName() + ".forward");
        assertThat(first.get("params").get("rate").asText()).isEqualTo("0.25");
        assertThat(first.get("mode").asText()).isEqualTo("avgt");
        assertThat(first.get("forks").asInt()).isEqualTo(1);
        assertThat(first.get("measurementTime").asText()).isEqualTo("10 ms");
        assertThat(first.get("jvm").asText()).startsWith("java").doesNotContain("/", "\\");
        assertThat(first.get("jvmArgs").findValuesAsText("").size()).isZero();
        assertThat(first.get("jvmArgs"))
                .extracting(JsonNode::asText)
                .containsExactly("--add-modules", "jdk.incubator.vector", "-Dlanedrop.path=scalar");
        assertThat(first.get("primaryMetric").get("scoreUnit").asText()).isEqualTo("ns/op");
        assertThat(first.get("primaryMetric").get("score").asDouble()).isPositive();
        assertThat(first.get("secondaryMetrics").has("gc.alloc.rate.norm")).isTrue();
        assertThat(results.get(1).get("params").get("memory").asText()).isEqualTo("reused");
        assertThat(Files.readString(folder.resolve("log"))).contains("DropoutBench.forward");
    }

    /** A JVM for each run, then another for each; what failed once is not tried again. */
    @Test
    void roundsAreMeasuredInTurns() throws IOException, InterruptedException {
        // a benchmark of two modes, of which a run is one
        Run average = run(CallBench.class, "forward", List.of(), "peer", "weak-hash", "elements", "128");
        Run failing = run(
                PeerBench.class,
                "forward",
                List.of(),
                "elements",
                "64",
                "rate",
                "0.5",
                "threads",
                "1",
                "memory",
                "fresh",
                "peer",
                "nobody");
        Run single = new Run(
                Family.DROPOUT,
                CallBench.class,
                "forward",
                Mode.SampleTime,
                average.parameters(),
                List.of(),
                Times.Code.LOOP);
        List<String> heard = new ArrayList<>();
        double[] seconds = {0};
        Watch watch = new Watch() {
            @Override
            public void begins(String what) {
                heard.add(what.replaceFirst(" .*,", ","));
            }

            @Override
            public void ends(double over) {
                seconds[0] += over;
            }

            @Override
            public void close() {}
        };
        Plan plan = new Plan(
                new Times(3, 10, 10, 2, 10, 1, 50), false, List.of(average, failing, single), Set.of(), List.of());
        List<Machine.Failure> failures = new Session(plan, List.of(), OptionalInt.empty(), MACHINE, folder, watch)
                .run(Files.createFile(folder.resolve("log")));
        assertThat(failures).hasSize(1);
        assertThat(heard)
                .containsExactly(
                        "CallBench.forward, round 1",
                        "PeerBench.forward, round 1",
                        "CallBench.forward, round 1",
                        "CallBench.forward, round 2",
                        "CallBench.forward, round 2",
                        "CallBench.forward, round 3",
                        "CallBench.forward, round 3");
        assertThat(seconds[0]).isCloseTo(plan.seconds(), within(1e-9));
        JsonNode results = read(Results.FILE);
        assertThat(results).extracting(result -> result.get("mode").asText()).containsExactly("avgt", "sample");
        assertThat(results).extracting(result -> result.get("forks").asInt()).containsExactly(3, 3);
        JsonNode forks = results.get(0).get("primaryMetric").get("rawData");
        assertThat(forks).hasSize(3).allSatisfy(fork -> assertThat(fork).hasSize(2));
        double sum = 0;
        for (JsonNode fork : forks) {
            sum += fork.get(0).asDouble() + fork.get(1).asDouble();
        }
        assertThat(results.get(0).get("primaryMetric").get("score").asDouble()).isCloseTo(sum / 6, within(1e-6 * sum));
    }

    @Test
    void coldJvmsStartInEveryWay() throws IOException, InterruptedException {
        assertThat(session(Watch.SILENT, List.of(), List.of(128))).isEmpty();
        JsonNode variants = read("start.json").get("variants");
        assertThat(variants)
                .extracting(variant -> variant.get("name").asText())
                .containsExactly("plain", "warm-up", "aot", "aot-warm-up", "no-module");
        for (JsonNode variant : variants) {
            assertThat(variant.get("elements").asInt()).isEqualTo(128);
            assertThat(variant.get("runs")).hasSize(1);
            JsonNode run = variant.get("runs").get(0);
            assertThat(run.get("startMillis").asDouble()).isBetween(1.0, 60_000.0);
            assertThat(run.get("calls").get(0).asInt()).isEqualTo(1);
            assertThat(run.get("nanos").get(0).asDouble())
                    .isEqualTo(run.get("firstCallNanos").asDouble())
                    .isPositive();
            assertThat(run.get("warmUpMillis").asDouble() > 10)
                    .isEqualTo(variant.get("name").asText().endsWith("warm-up"));
        }
        assertThat(Files.readString(folder.resolve("start.json"))).doesNotContain(folder.toString());
        assertThat(Files.readString(folder.resolve("log")))
                .as("the variant without the module says so")
                .contains("WARNING: the scalar path runs");
    }
}
