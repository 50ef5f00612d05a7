package io.github.lanedrop.kernels.lanes;

/**
 * What a vector loop is made for.
 *
 * @param operation what becomes of an element
 * @param hasOperand whether there is an operand beside the element
 * @param memory the class of all segments
 * @param doubles whether elements are 64 bits wide
 */
record VectorLoopData(VectorOperation operation, boolean hasOperand, Class<?> memory, boolean doubles) {}
