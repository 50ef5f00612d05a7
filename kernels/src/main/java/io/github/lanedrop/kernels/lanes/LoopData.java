package io.github.lanedrop.kernels.lanes;

/**
 * What a {@link SegmentLoop} is made for.
 *
 * @param operation what becomes of an element
 * @param fate what is known of the decisions
 * @param memory the class of all segments
 * @param doubles whether elements are 64 bits wide
 */
record LoopData(Operation operation, Fate fate, Class<?> memory, boolean doubles) {
    /** Whether all elements are kept, or dropped, where the operation does not exchange the two. */
    boolean allSelected(Fate what) {
        if (fate == Fate.MIXED) {
            return false;
        }
        return (fate == what) != operation.inverted();
    }
}
