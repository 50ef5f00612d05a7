/**
 * Elementwise loops: an operation, written once, on elements of every data type and in every memory.
 *
 * <pre>
 * Operation            what becomes of an element, as constants
 * ArrayLoop            the definition, over arrays: ScalarArrayLoop
 * LaneLoop             the same without the vector module, in loops that C2 vectorises: ScalarLaneLoop
 * SegmentLoop          the same a vector at a time, over memory: VectorSegmentLoop, VectorBfloat16Loop
 * DrawingLoop          the same, and the random blocks of the next chunk: VectorDrawingLoop
 * </pre>
 *
 * <p>Each loop is a template. {@link io.github.lanedrop.kernels.lanes.Specialised} says how
 * {@link io.github.lanedrop.kernels.lanes.Loops} defines it anew, as a hidden class, for each operation, data type and kind of
 * memory, and why. Keep bits come in strings, or not at all where {@link io.github.lanedrop.kernels.lanes.Fate} says that a
 * whole span is kept or dropped. Masks, splits and checks belong to the package above.
 */
package io.github.lanedrop.kernels.lanes;
