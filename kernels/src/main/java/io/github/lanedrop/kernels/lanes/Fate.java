package io.github.lanedrop.kernels.lanes;

/** What is known of the decisions on a span of elements, so that a loop need not look at each. */
public enum Fate {
    /** Nothing: the keep bits tell. */
    MIXED,
    /** All are kept. */
    KEPT,
    /** All are dropped. */
    DROPPED
}
