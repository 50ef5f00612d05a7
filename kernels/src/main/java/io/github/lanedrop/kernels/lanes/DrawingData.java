package io.github.lanedrop.kernels.lanes;

/**
 * What a {@link DrawingLoop} is made for.
 *
 * @param before what becomes of an element before the operation
 * @param operation what becomes of it then
 * @param memory the class of all segments
 */
record DrawingData(DrawingLoop.Before before, Operation operation, Class<?> memory) {}
