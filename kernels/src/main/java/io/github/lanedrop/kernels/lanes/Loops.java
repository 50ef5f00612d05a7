package io.github.lanedrop.kernels.lanes;

import java.lang.invoke.MethodHandles;

/** Defines the loops of an operation. */
public final class Loops {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private Loops() {}

    /**
     * The scalar loop.
     *
     * @param operation what becomes of an element
     * @return the loop over arrays
     */
    public static ArrayLoop scalar(Operation operation) {
        return Specialised.define(LOOKUP, ArrayLoop.class, ScalarArrayLoop.class, operation);
    }

    /**
     * The loop over arrays of the scalar path.
     *
     * @param operation what becomes of an element
     * @return the loop
     */
    public static LaneLoop lanes(Operation operation) {
        return Specialised.define(LOOKUP, LaneLoop.class, ScalarLaneLoop.class, operation);
    }

    /**
     * A vector loop over floats.
     *
     * @param operation what becomes of an element
     * @param fate what is known of the decisions
     * @param memory the class of the segments
     * @return the loop
     */
    public static SegmentLoop float32(Operation operation, Fate fate, Class<?> memory) {
        return define(VectorSegmentLoop.class, operation, fate, memory, false);
    }

    /**
     * A vector loop over doubles.
     *
     * @param operation what becomes of an element
     * @param fate what is known of the decisions
     * @param memory the class of the segments
     * @return the loop
     */
    public static SegmentLoop float64(Operation operation, Fate fate, Class<?> memory) {
        return define(VectorSegmentLoop.class, operation, fate, memory, true);
    }

    /**
     * A vector loop over bfloat16.
     *
     * @param operation what becomes of an element
     * @param fate what is known of the decisions
     * @param memory the class of the segments
     * @return the loop
     */
    public static SegmentLoop bfloat16(Operation operation, Fate fate, Class<?> memory) {
        return define(VectorBfloat16Loop.class, operation, fate, memory, false);
    }

    /**
     * A loop over floats in native memory that makes random blocks, at 512 bits.
     *
     * @param before what becomes of an element first
     * @param operation what becomes of an element; has no operand
     * @param memory the class of segments in native memory
     * @return the loop
     */
    public static DrawingLoop drawing(DrawingLoop.Before before, Operation operation, Class<?> memory) {
        var data = new DrawingData(before, operation, memory);
        return Specialised.define(LOOKUP, DrawingLoop.class, VectorDrawingLoop.class, data);
    }

    private static SegmentLoop define(
            Class<? extends SegmentLoop> template, Operation operation, Fate fate, Class<?> memory, boolean doubles) {
        var data = new LoopData(operation, fate, memory, doubles);
        return Specialised.define(LOOKUP, SegmentLoop.class, template, data);
    }
}
