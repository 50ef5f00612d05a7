package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.report.Result;
import java.util.function.Predicate;

/** Conditions that measurements meet. */
final class Which {
    private Which() {}

    /** Those of a class, single calls included. */
    static Predicate<Result> of(Class<?> bench) {
        return result -> result.group().equals(bench.getSimpleName());
    }

    /** Means of a benchmark. */
    static Predicate<Result> of(Class<?> bench, String method) {
        return result ->
                result.is(bench.getSimpleName(), method) && !result.mode().equals(Result.SAMPLE);
    }

    /** Means of a benchmark on one thread of a JVM as people start it. */
    static Predicate<Result> usual(Class<?> bench, String method) {
        return of(bench, method).and(Result::isPlain).and(Result::isAlone);
    }

    static Predicate<Result> with(String param, String value) {
        return result -> result.param(param).equals(value);
    }

    static Predicate<Result> atRate(String rate) {
        return with("rate", rate);
    }

    static Predicate<Result> ofPeer(String peer) {
        return with(Run.PEER, peer);
    }

    static Predicate<Result> sized(double elements) {
        return result -> result.elements() == elements;
    }
}
