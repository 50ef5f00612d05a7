package io.github.lanedrop.bench.report;

import java.util.List;

/**
 * What the page's script draws.
 *
 * @param id of the canvas
 * @param kind lines over numbers, or bars beside names
 * @param x across; of bars the values
 * @param y up; of bars the names
 * @param series what is compared, those with points
 */
public record Plot(String id, Kind kind, Axis x, Axis y, List<Series> series) {
    /** Keeps what it is given. */
    public Plot {
        series = series.stream().filter(one -> !one.points().isEmpty()).toList();
    }

    /** The same under another id. */
    public Plot named(String other) {
        return new Plot(other, kind, x, y, series);
    }

    /** Whether nothing is drawn. */
    public boolean isEmpty() {
        return series.isEmpty();
    }

    /** How it is drawn. */
    public enum Kind {
        LINES,
        BARS
    }

    /** How values lie on an axis. */
    public enum Scale {
        /** Powers of two, each with a tick. */
        SIZES,
        LOG,
        /** Bars that begin at 0 and are as long as their values. */
        LINEAR,
        /** 100 / (100 - percent), so that each further nine takes as much room. */
        PERCENTILES,
        /** A logarithmic axis whose bars start at 1. */
        RATIO,
        NAMES
    }

    public record Axis(String title, Scale scale) {}

    /**
     * Points of the same kind.
     *
     * @param name for the legend
     * @param colour a token of the page's style
     * @param dashed whether the line is
     * @param points in drawing order
     */
    public record Series(String name, String colour, boolean dashed, List<Point> points) {
        /** Keeps what it is given. */
        public Series {
            points = List.copyOf(points);
        }
    }

    /**
     * A value with its interval.
     *
     * @param label of a bar, or what the table says of {@code x}
     * @param x where a line's point lies; of a bar NaN
     * @param value what is measured
     * @param low where its 99.9 % interval begins; NaN where there is none
     * @param high where it ends
     * @param n forks and iterations a fork
     */
    public record Point(String label, double x, double value, double low, double high, String n) {
        private static final double FAR = 1e300;

        /** An interval of a quotient may have no end; JSON, and an axis, have one. */
        public Point {
            high = high > FAR ? FAR : high;
        }

        /** The same under another name, as a bar. */
        public Point named(String name) {
            return new Point(name, Double.NaN, value, low, high, n);
        }

        public boolean isUnbounded() {
            return high >= FAR;
        }
    }
}
