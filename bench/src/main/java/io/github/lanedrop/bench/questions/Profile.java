package io.github.lanedrop.bench.questions;

/** How much is asked, and for how long each. */
public enum Profile {
    /** A look: one JVM for each benchmark, few sizes. */
    QUICK,
    /** Every question. */
    STANDARD,
    /** Every question at every size; takes hours. */
    FULL;

    /**
     * How long each is measured.
     *
     * @return times
     */
    public Times times() {
        return switch (this) {
            case QUICK -> new Times(1, 2_000, 1_000, 5, 100, 5, 1_500);
            case STANDARD -> new Times(5, 3_000, 1_000, 3, 200, 5, 2_000);
            case FULL -> new Times(5, 7_000, 2_000, 5, 500, 10, 4_000);
        };
    }
}
