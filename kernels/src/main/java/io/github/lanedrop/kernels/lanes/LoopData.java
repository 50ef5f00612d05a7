package io.github.lanedrop.kernels.lanes;

/**
 * What a {@link SegmentLoop} is made for.
 *
 * @param operation what becomes of an element
 * @param memory the class of all segments
 * @param doubles whether elements are 64 bits wide
 */
record LoopData(Operation operation, Class<?> memory, boolean doubles) {}
