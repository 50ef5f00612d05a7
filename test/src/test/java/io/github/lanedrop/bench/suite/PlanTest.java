package io.github.lanedrop.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.PeerBench;
import io.github.lanedrop.bench.jmh.ProductPeerBench;
import io.github.lanedrop.bench.questions.Family;
import io.github.lanedrop.bench.questions.Profile;
import io.github.lanedrop.bench.questions.Run;
import io.github.lanedrop.bench.questions.Times;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;

/** What is run, as a function of what was asked for, of the peers and of the machine. */
final class PlanTest {
    private static final Plan.Machine MACHINE = new Plan.Machine(2, true, 512);
    private static final Set<Family> ALL = EnumSet.allOf(Family.class);
    private static final Place ELSEWHERE = new Place("elsewhere", List.of());
    private static final Entrant LANEDROP = entrant("lanedrop", Place.OWN, true, false);
    private static final Entrant LOOP = entrant("loop", Place.OWN, false, false);
    private static final Entrant LIBRARY = entrant("library", ELSEWHERE, true, true);

    private static Entrant entrant(String id, Place place, boolean parallel, boolean allocates) {
        return new Entrant(
                Entrant.Kind.DROPOUT,
                id,
                "1",
                "",
                Set.of("forward", "backward", "inPlace"),
                parallel,
                allocates,
                Optional.empty(),
                place);
    }

    private static Plan plan(Profile profile, Entrant... entrants) {
        return Plan.of(profile, ALL, List.of(entrants), MACHINE, false);
    }

    private static List<Run> of(Plan plan, String peer) {
        return plan.runs().stream()
                .filter(run -> peer.equals(run.parameters().get(Run.PEER)))
                .toList();
    }

    /** JMH would refuse a run with a parameter that the benchmark does not have, and use all values of one that it lacks. */
    @ParameterizedTest
    @EnumSource
    void everyRunIsABenchmarkWithAllItsParameters(Profile profile) {
        Entrant product = new Entrant(
                Entrant.Kind.PRODUCT, "p", "", "", Set.of("product"), false, false, Optional.empty(), ELSEWHERE);
        Plan plan = plan(profile, LANEDROP, LOOP, LIBRARY, product);
        assertThat(plan.runs()).doesNotHaveDuplicates().hasSizeGreaterThan(40);
        for (Run run : plan.runs()) {
            assertThat(Arrays.stream(run.bench().getMethods())
                            .filter(method -> method.isAnnotationPresent(Benchmark.class))
                            .map(Method::getName))
                    .contains(run.method());
            assertThat(run.parameters().keySet())
                    .as(run.toString())
                    .isEqualTo(Arrays.stream(run.bench().getFields())
                            .filter(field -> field.isAnnotationPresent(Param.class))
                            .map(java.lang.reflect.Field::getName)
                            .collect(Collectors.toSet()));
        }
    }

    @Test
    void aLongerProfileAsksAllThatAShorterOneAsks() {
        Set<Run> standard =
                new HashSet<>(plan(Profile.STANDARD, LANEDROP, LOOP, LIBRARY).runs());
        Set<Run> full =
                new HashSet<>(plan(Profile.FULL, LANEDROP, LOOP, LIBRARY).runs());
        assertThat(standard)
                .containsAll(plan(Profile.QUICK, LANEDROP, LOOP, LIBRARY).runs());
        assertThat(full).containsAll(standard).hasSizeGreaterThan(2 * standard.size());
    }

    /** The promises of the command's help, in seconds. */
    @Test
    void profilesTakeNoLongerThanPromised() {
        Entrant[] loops = {
            LANEDROP,
            LOOP,
            entrant("a", Place.OWN, false, false),
            entrant("b", Place.OWN, false, false),
            entrant("c", Place.OWN, false, false)
        };
        double quick = plan(Profile.QUICK, loops).seconds();
        assertThat(quick).isLessThan(180);
        Entrant[] more = Arrays.copyOf(loops, loops.length + 1);
        more[loops.length] = LIBRARY;
        assertThat(plan(Profile.QUICK, more).seconds() - quick).isBetween(10.0, 60.0);
        Entrant[] all = Arrays.copyOf(loops, loops.length + 6);
        for (int i = 0; i < 6; i++) {
            all[loops.length + i] = entrant("library" + i, ELSEWHERE, true, true);
        }
        assertThat(plan(Profile.STANDARD, all).seconds()).isLessThan(70 * 60);
    }

    @Test
    void timeIsTheSumOfForksTimesWhatEachTakes() {
        Times times = new Times(3, 3_000, 1_000, 5, 200, 4, 2_000);
        assertThat(times.seconds(Times.Code.KERNEL, false, false)).isCloseTo(3 * (.8 + 3 + 5 * .2), within(1e-9));
        assertThat(times.seconds(Times.Code.LOOP, true, false)).isCloseTo(3 * (1.5 + 1 + 5 * .2), within(1e-9));
        assertThat(times.seconds(Times.Code.KERNEL, false, true)).isCloseTo(3 * (.8 + 7 + 5 * .2), within(1e-9));
        Run run = new Run(
                Family.DROPOUT,
                DropoutBench.class,
                "copy",
                Mode.AverageTime,
                new LinkedHashMap<>(),
                List.of(),
                Times.Code.LOOP);
        Plan plan = new Plan(times, false, List.of(run, run), Set.of(), List.of(768));
        assertThat(plan.cold()).isEqualTo(5 * 4);
        assertThat(plan.seconds()).isCloseTo(2 * 3 * (.8 + 1 + 1) + 20 * (1.2 + 2), within(1e-9));
        assertThat(plan.describe())
                .contains("| dropout | 2 | 6 | 0.3 |", "| start | 20 | 20 | 1.1 |", "| all | 22 | 26 | 1.3 |");
    }

    @Test
    void familiesAreTheOnlyOnesAskedAndComeInOrder() {
        Plan plan = Plan.of(Profile.QUICK, EnumSet.of(Family.NOISE, Family.DROPOUT), List.of(LANEDROP), MACHINE, false);
        assertThat(plan.runs().stream().map(Run::family).distinct()).containsExactly(Family.DROPOUT, Family.NOISE);
        assertThat(plan.cold()).isZero();
        assertThat(Plan.of(Profile.QUICK, Set.of(Family.START), List.of(), MACHINE, false))
                .satisfies(start -> assertThat(start.runs()).isEmpty())
                .satisfies(start -> assertThat(start.cold()).isEqualTo(25));
        for (Family family : ALL) {
            assertThat(plan(Profile.QUICK, LANEDROP, LOOP).describe())
                    .contains("| " + family.name().toLowerCase(Locale.ROOT) + " |");
        }
    }

    @Test
    void whatThePeerCannotDoIsNotAsked() {
        Entrant forwardOnly = new Entrant(
                Entrant.Kind.DROPOUT, "one", "", "", Set.of("forward"), false, false, Optional.empty(), ELSEWHERE);
        List<Run> runs = of(plan(Profile.FULL, LANEDROP, forwardOnly), "one");
        assertThat(runs).isNotEmpty().allSatisfy(run -> {
            assertThat(run.method()).isEqualTo("forward");
            assertThat(run.isParallel()).isFalse();
        });
        assertThat(of(plan(Profile.QUICK, LANEDROP, LIBRARY), "library"))
                .extracting(Run::method)
                .contains("forward", "backward", "inPlace");
    }

    @Test
    void bothKindsOfMemoryAreForThoseThatAllocate() {
        assertThat(of(plan(Profile.QUICK, LIBRARY), "library").stream()
                        .filter(run -> run.bench() == PeerBench.class)
                        .map(run -> run.parameters().get(Run.MEMORY)))
                .contains("fresh", "reused");
        assertThat(of(plan(Profile.FULL, LOOP), "loop").stream()
                        .filter(run -> run.bench() == PeerBench.class)
                        .map(run -> run.parameters().get(Run.MEMORY)))
                .containsOnly("fresh");
    }

    @Test
    void aRefusedPeerIsNotAsked() {
        Entrant refused = Entrant.lost("broken", "its JVM ended with 134", ELSEWHERE);
        assertThat(plan(Profile.FULL, LANEDROP, refused).runs())
                .isEqualTo(plan(Profile.FULL, LANEDROP).runs());
    }

    /** oneDNN drops and multiplies: two entrants of one name. */
    @Test
    void aPeerMayDropAndMultiply() {
        Entrant product = new Entrant(
                Entrant.Kind.PRODUCT, "library", "", "", Set.of("product"), true, false, Optional.empty(), ELSEWHERE);
        assertThat(of(plan(Profile.QUICK, LIBRARY, product), "library").stream()
                        .filter(run -> run.bench() == ProductPeerBench.class)
                        .map(Run::method))
                .containsOnly("product");
    }

    @Test
    void theMachineDecidesWhichThreadsAndWidths() {
        Plan one = Plan.of(Profile.FULL, ALL, List.of(LANEDROP), new Plan.Machine(1, false, 256), false);
        assertThat(one.runs()).noneMatch(Run::isParallel);
        assertThat(one.runs().stream().flatMap(run -> run.variation().stream()).distinct())
                .containsExactlyInAnyOrder("-Dlanedrop.path=scalar", "-Dlanedrop.vectorBits=128");
        Plan scalar = Plan.of(Profile.FULL, ALL, List.of(LANEDROP), new Plan.Machine(2, true, 0), false);
        assertThat(scalar.runs()).allMatch(run -> run.variation().isEmpty());
        assertThat(plan(Profile.STANDARD, LANEDROP).runs().stream()
                        .flatMap(run -> run.variation().stream())
                        .distinct())
                .containsExactlyInAnyOrder(
                        "-Dlanedrop.path=scalar",
                        "-XX:UseAVX=2",
                        "-Dlanedrop.vectorBits=256",
                        "-Dlanedrop.vectorBits=128");
    }

    @Test
    void aRunSaysWhatItIs() {
        Run run = new Run(
                Family.DROPOUT,
                DropoutBench.class,
                "forward",
                Mode.SampleTime,
                new LinkedHashMap<>(Map.of("elements", "768")),
                List.of("-XX:UseAVX=2"),
                Times.Code.KERNEL);
        assertThat(run).hasToString("DropoutBench.forward sample elements=768 -XX:UseAVX=2");
    }
}
