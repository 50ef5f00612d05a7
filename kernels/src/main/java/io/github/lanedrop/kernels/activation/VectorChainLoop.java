package io.github.lanedrop.kernels.activation;

import static io.github.lanedrop.kernels.lanes.VectorKeepBits.FROM_LONG;
import static io.github.lanedrop.kernels.lanes.VectorKeepBits.MASKS;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.kernels.lanes.Fate;
import io.github.lanedrop.kernels.lanes.Loops;
import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.lanes.Operation;
import io.github.lanedrop.kernels.lanes.SegmentLoop;
import io.github.lanedrop.kernels.lanes.Specialised;
import io.github.lanedrop.kernels.lanes.VectorKeepBits;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The template of {@link ChainLoop} for activations that are a selection or nothing, see {@link Specialised}; the others are
 * {@link VectorCurveLoop}.
 */
final class VectorChainLoop implements ChainLoop {
    private static final VectorChainData DATA = Specialised.data(MethodHandles.lookup(), VectorChainData.class);
    private static final boolean RELU = DATA.links().activation() == ScalarActivation.RELU;
    private static final boolean BIAS = DATA.links().bias();
    private static final boolean DROPOUT = DATA.links().dropout();
    private static final Class<?> MEMORY = DATA.memory();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** With the bits that {@link #slopes} leaves the gradient is selected as elements are dropped out, by the same loop. */
    private static final SegmentLoop GRADIENT = Loops.float32(
            DROPOUT ? Operation.SCALE_SELECT : Operation.SELECT, DROPOUT || RELU ? Fate.MIXED : Fate.KEPT, MEMORY);

    private static final int LANES = FLOATS.length();
    private static final long BYTES = FLOATS.vectorByteSize();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);

    /** Four vectors an iteration, a tenth faster than one, in a loop that C2 unrolls: written out they reach its limit of nodes. */
    private static final int VECTORS = 4;

    private static final int STEP = VECTORS * LANES;

    VectorChainLoop() {}

    @Override
    public int forward(
            MemorySegment src,
            RepeatedBias bias,
            int biasAt,
            MemorySegment dst,
            long firstByte,
            int elements,
            float scale,
            byte[] bits,
            int bitsAt) {
        MemorySegment b = bias.values; // read once, or what is read again is of no known class
        if (src.getClass() != MEMORY || dst.getClass() != MEMORY || b.getClass() != Memories.NATIVE) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        int period = bias.period;
        int c = biasAt;
        int i = 0;
        for (; i <= elements - STEP; i += STEP) {
            long kept = DROPOUT ? kept(bits, bitsAt, i) : 0;
            long at = firstByte + (long) Float.BYTES * i;
            for (int v = 0; v < VECTORS; v++) {
                forward(src, b, c + v * LANES, dst, at + v * BYTES, scale, kept >>> (v * LANES));
            }
            c += STEP;
            c = c < period ? c : c - period;
        }
        for (; i <= elements - LANES; i += LANES) {
            long kept = DROPOUT ? kept(bits, bitsAt, i) : 0;
            forward(src, b, c, dst, firstByte + (long) Float.BYTES * i, scale, kept);
            c += LANES;
            c = c < period ? c : c - period;
        }
        return i;
    }

    // No vector crosses this call. It asks again, for itself: of memory of any class it would be too much code to be
    // inlined.
    private static void forward(
            MemorySegment src, MemorySegment bias, int biasAt, MemorySegment dst, long at, float scale, long kept) {
        if (src.getClass() != MEMORY || dst.getClass() != MEMORY || bias.getClass() != Memories.NATIVE) {
            throw new IllegalArgumentException("wrong kind of memory"); // never, as above
        }
        FloatVector z = FloatVector.fromMemorySegment(FLOATS, src, at, ORDER);
        if (BIAS) {
            z = z.add(FloatVector.fromMemorySegment(FLOATS, bias, (long) Float.BYTES * biasAt, ORDER));
        }
        // its own selection, not one with dropout's: a zero that is kept is multiplied, perhaps by infinity
        FloatVector y = RELU ? z.blend(ZERO, z.compare(VectorOperators.LE, 0f)) : z;
        if (DROPOUT) {
            VectorMask<Float> passes = FROM_LONG
                    ? VectorMask.fromLong(FLOATS, kept)
                    : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(kept));
            y = ZERO.blend(y.mul(FloatVector.broadcast(FLOATS, scale)), passes);
        }
        y.intoMemorySegment(dst, at, ORDER);
    }

    @Override
    public void densities(
            MemorySegment src, RepeatedBias bias, int biasAt, MemorySegment densities, long firstByte, int elements) {}

    @Override
    public void slopes(
            MemorySegment src,
            RepeatedBias bias,
            int biasAt,
            MemorySegment slopes,
            long firstByte,
            int elements,
            byte[] bits,
            int bitsAt) {
        if (!RELU) {
            return;
        }
        MemorySegment b = bias.values; // read once, as above
        if (src.getClass() != MEMORY || b.getClass() != Memories.NATIVE) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        if (!DROPOUT) {
            Arrays.fill(bits, bitsAt, bitsAt + Math.ceilDiv(elements, Byte.SIZE), (byte) -1);
        }
        int period = bias.period;
        int c = biasAt;
        int i = 0;
        // written out, so that the method is too long to be inlined: the whole backward pass is too much for one
        // compilation
        for (; i <= elements - Long.SIZE; i += Long.SIZE) {
            long at = firstByte + (long) Float.BYTES * i;
            long blocked = 0;
            for (int v = 0; v < Long.SIZE / LANES; v++) {
                FloatVector z = FloatVector.fromMemorySegment(FLOATS, src, at + v * BYTES, ORDER);
                if (BIAS) {
                    z = z.add(FloatVector.fromMemorySegment(FLOATS, b, (long) Float.BYTES * (c + v * LANES), ORDER));
                }
                blocked |= z.compare(VectorOperators.LE, 0f).toLong() << (v * LANES);
            }
            int bitsOf = bitsAt + (i >>> 3);
            LONG.set(bits, bitsOf, (long) LONG.get(bits, bitsOf) & ~blocked);
            c += Long.SIZE;
            c = c < period ? c : c - period;
        }
        for (; i <= elements - LANES; i += LANES) {
            FloatVector z = FloatVector.fromMemorySegment(FLOATS, src, firstByte + (long) Float.BYTES * i, ORDER);
            if (BIAS) {
                z = z.add(FloatVector.fromMemorySegment(FLOATS, b, (long) Float.BYTES * c, ORDER));
            }
            long blocked = z.compare(VectorOperators.LE, 0f).toLong() << (i & 7);
            int bitsOf = bitsAt + (i >>> 3);
            LONG.set(bits, bitsOf, (long) LONG.get(bits, bitsOf) & ~blocked);
            c += LANES;
            c = c < period ? c : c - period;
        }
    }

    @Override
    public int backward(
            MemorySegment slopes,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long firstByte,
            int elements,
            float scale,
            byte[] bits,
            int bitsAt) {
        return GRADIENT.run(dstGradient, dstGradient, srcGradient, firstByte, elements, bits, bitsAt, scale, 0, 0);
    }

    /** Keep bits from an element on, 57 or more: a step takes 64 at most, and begins at a multiple of itself. */
    private static long kept(byte[] bits, int bitsAt, int element) {
        return (long) LONG.get(bits, bitsAt + (element >>> 3)) >>> (element & 7);
    }
}
