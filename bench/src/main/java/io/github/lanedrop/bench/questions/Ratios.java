package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.report.Plot;
import io.github.lanedrop.bench.report.Result;

/** Quotients of two times with their intervals. */
final class Ratios {
    private Ratios() {}

    /**
     * How many times as long one takes as the other. The interval holds the quotient of any two means out of the two 99.9 %
     * intervals, so that it is wider than one of the same confidence.
     */
    static Plot.Point of(String label, double x, Result one, Result other) {
        double below = other.nanos(other.low());
        return new Plot.Point(
                label,
                x,
                one.nanos(one.score()) / other.nanos(other.score()),
                Math.max(0, one.nanos(one.low())) / other.nanos(other.high()),
                Double.isNaN(below) || below > 0 ? one.nanos(one.high()) / below : Double.POSITIVE_INFINITY,
                n(one).equals(n(other)) ? n(one) : n(one) + " / " + n(other));
    }

    /** Forks and iterations a fork. */
    static String n(Result result) {
        return result.raw().isEmpty()
                ? Integer.toString(result.forks())
                : result.forks() + " x " + result.raw().getFirst().size();
    }
}
