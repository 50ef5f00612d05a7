package io.github.lanedrop.bench.questions;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.openjdk.jmh.annotations.Mode;

/**
 * Some benchmarks over all combinations of some parameters.
 *
 * @param from the shortest profile that asks it
 * @param code how much there is to compile
 * @param bench the class
 * @param methods its benchmarks
 * @param modes how to measure
 * @param axes parameters and their values
 * @param variations options of the JVM, beside the vector module
 */
public record Question(
        Profile from,
        Times.Code code,
        Class<?> bench,
        List<String> methods,
        List<Mode> modes,
        SequencedMap<String, List<String>> axes,
        List<List<String>> variations) {
    /** Keeps what it is given. */
    public Question {
        methods = List.copyOf(methods);
        modes = List.copyOf(modes);
        axes = new LinkedHashMap<>(axes);
        variations = List.copyOf(variations);
    }

    /** Methods are separated by blanks. */
    static Question ask(Profile from, Times.Code code, Class<?> bench, String methods) {
        return new Question(
                from,
                code,
                bench,
                List.of(methods.split(" ", -1)),
                List.of(Mode.AverageTime),
                new LinkedHashMap<>(),
                List.of(List.of()));
    }

    /** With a parameter, whose values are separated by blanks. */
    Question over(String parameter, String values) {
        SequencedMap<String, List<String>> more = new LinkedHashMap<>(axes);
        more.put(parameter, List.of(values.split(" ", -1)));
        return new Question(from, code, bench, methods, modes, more, variations);
    }

    /** In other modes. */
    Question in(Mode... others) {
        return new Question(from, code, bench, methods, List.of(others), axes, variations);
    }

    /** In JVMs with other options, each a variation. */
    Question under(List<List<String>> others) {
        return new Question(from, code, bench, methods, modes, axes, others);
    }

    /**
     * All combinations, the last parameter first.
     *
     * @param family where it belongs
     * @return runs
     */
    public List<Run> runs(Family family) {
        List<SequencedMap<String, String>> combinations = new ArrayList<>();
        combinations.add(new LinkedHashMap<>());
        axes.forEach((name, values) -> {
            List<SequencedMap<String, String>> longer = new ArrayList<>();
            for (SequencedMap<String, String> combination : combinations) {
                for (String value : values) {
                    SequencedMap<String, String> one = new LinkedHashMap<>(combination);
                    one.put(name, value);
                    longer.add(one);
                }
            }
            combinations.clear();
            combinations.addAll(longer);
        });
        List<Run> runs = new ArrayList<>();
        for (String method : methods) {
            for (List<String> variation : variations) {
                for (SequencedMap<String, String> combination : combinations) {
                    for (Mode mode : modes) {
                        runs.add(new Run(family, bench, method, mode, combination, variation, code));
                    }
                }
            }
        }
        return runs;
    }
}
