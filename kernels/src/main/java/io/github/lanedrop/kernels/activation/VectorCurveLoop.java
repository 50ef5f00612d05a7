package io.github.lanedrop.kernels.activation;

import static io.github.lanedrop.kernels.activation.ScalarActivation.DENSITY;
import static io.github.lanedrop.kernels.activation.ScalarActivation.INNER;
import static io.github.lanedrop.kernels.activation.ScalarActivation.INNER_CUBIC;
import static io.github.lanedrop.kernels.activation.ScalarActivation.SATURATED;
import static io.github.lanedrop.kernels.activation.ScalarActivation.SATURATED_SIGMOID;
import static io.github.lanedrop.kernels.lanes.VectorKeepBits.FROM_LONG;
import static io.github.lanedrop.kernels.lanes.VectorKeepBits.MASKS;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.UMIN;

import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.lanes.Specialised;
import io.github.lanedrop.kernels.lanes.VectorKeepBits;
import io.github.lanedrop.kernels.math.VectorMath;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The template of {@link ChainLoop} for activations that take an elementary function, see {@link Specialised}.
 *
 * <p>The elementary function is the only call here that takes or returns vectors, and the first: after its operations C2
 * inlines nothing that the JDK does not mark, and a vector or mask that crosses such a call is boxed. So the loops are
 * written out, and which activation it is, is asked for in them, of constants.
 *
 * <p>The bias of element i is at {@code ahead + i}, and the inner loop ends where the bias begins again. Wrapped within one
 * loop, that index is one that C2 may speculate on: a loop like that was given up and compiled a hundred times.
 */
final class VectorCurveLoop implements ChainLoop {
    private static final VectorChainData DATA = Specialised.data(MethodHandles.lookup(), VectorChainData.class);
    private static final boolean SIGMOID = DATA.links().activation() == ScalarActivation.SIGMOID;
    private static final boolean TANH = DATA.links().activation() == ScalarActivation.TANH;
    private static final boolean GELU = DATA.links().activation() == ScalarActivation.GELU;
    private static final boolean GELU_TANH = DATA.links().activation() == ScalarActivation.GELU_TANH;
    private static final boolean BIAS = DATA.links().bias();
    private static final boolean DROPOUT = DATA.links().dropout();
    private static final Class<?> MEMORY = DATA.memory();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LANES = FLOATS.length();
    private static final boolean SILU = DATA.links().activation() == ScalarActivation.SILU;
    /**
     * Bounds of the factor z, as bits, in whose order as integers the lower one is the greatest without a sign. As vectors, as
     * in {@link VectorMath}.
     */
    private static final IntVector MOST =
            IntVector.broadcast(INTS, Float.floatToRawIntBits(SILU ? SATURATED_SIGMOID : SATURATED));

    private static final IntVector LEAST =
            IntVector.broadcast(INTS, Float.floatToRawIntBits(SILU ? -SATURATED_SIGMOID : -SATURATED));
    private static final IntVector SIGN = IntVector.broadcast(INTS, 0x80000000);
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    private static final FloatVector LINEAR = FloatVector.broadcast(FLOATS, INNER);
    private static final FloatVector CUBIC = FloatVector.broadcast(FLOATS, INNER_CUBIC);
    private static final FloatVector ONE = FloatVector.broadcast(FLOATS, 1f);

    VectorCurveLoop() {}

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
        long ahead = biasAt;
        int i = 0;
        while (i <= elements - LANES) {
            int end = BIAS ? (int) Math.min(elements - LANES + 1, period - ahead) : elements - LANES + 1;
            for (; i < end; i += LANES) {
                long at = firstByte + (long) Float.BYTES * i;
                FloatVector z = FloatVector.fromMemorySegment(FLOATS, src, at, ORDER);
                if (BIAS) {
                    z = z.add(FloatVector.fromMemorySegment(FLOATS, b, Float.BYTES * (ahead + i), ORDER));
                }
                FloatVector y;
                if (SIGMOID) {
                    y = VectorMath.sigmoid(z);
                } else if (TANH) {
                    y = VectorMath.tanh(z);
                } else if (GELU) {
                    FloatVector phi = VectorMath.normal(z);
                    y = z.viewAsIntegralLanes()
                            .lanewise(UMIN, LEAST)
                            .viewAsFloatingLanes()
                            .mul(phi);
                } else {
                    FloatVector s = VectorMath.sigmoid(
                            GELU_TANH ? z.mul(z.mul(z).mul(CUBIC).add(LINEAR)) : z);
                    y = z.viewAsIntegralLanes()
                            .lanewise(UMIN, LEAST)
                            .viewAsFloatingLanes()
                            .mul(s);
                }
                if (DROPOUT) {
                    long kept = LANES == Byte.SIZE
                            ? bits[bitsAt + (i >>> 3)]
                            : (long) LONG.get(bits, bitsAt + (i >>> 3)) >>> (i & 7);
                    VectorMask<Float> mask = FROM_LONG
                            ? VectorMask.fromLong(FLOATS, kept)
                            : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(kept));
                    y = ZERO.blend(y.mul(FloatVector.broadcast(FLOATS, scale)), mask);
                }
                y.intoMemorySegment(dst, at, ORDER);
            }
            ahead -= period;
        }
        return i;
    }

    @Override
    public void densities(
            MemorySegment src, RepeatedBias bias, int biasAt, MemorySegment densities, long firstByte, int elements) {
        if (!GELU && !GELU_TANH) {
            return;
        }
        MemorySegment b = bias.values; // read once, as above
        if (src.getClass() != MEMORY || b.getClass() != Memories.NATIVE || densities.getClass() != Memories.NATIVE) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        int period = bias.period;
        long ahead = biasAt;
        int i = 0;
        // both loops in one method, which makes it long enough that C2 compiles it by itself
        while (GELU && i <= elements - LANES) {
            int end = BIAS ? (int) Math.min(elements - LANES + 1, period - ahead) : elements - LANES + 1;
            for (; i < end; i += LANES) {
                long at = (long) Float.BYTES * i;
                FloatVector z = FloatVector.fromMemorySegment(FLOATS, src, firstByte + at, ORDER);
                if (BIAS) {
                    z = z.add(FloatVector.fromMemorySegment(FLOATS, b, Float.BYTES * (ahead + i), ORDER));
                }
                VectorMath.decay(z.mul(z).mul(0.5f)).intoMemorySegment(densities, at, ORDER);
            }
            ahead -= period;
        }
        while (GELU_TANH && i <= elements - LANES) {
            int end = BIAS ? (int) Math.min(elements - LANES + 1, period - ahead) : elements - LANES + 1;
            for (; i < end; i += LANES) {
                long at = (long) Float.BYTES * i;
                FloatVector z = FloatVector.fromMemorySegment(FLOATS, src, firstByte + at, ORDER);
                if (BIAS) {
                    z = z.add(FloatVector.fromMemorySegment(FLOATS, b, Float.BYTES * (ahead + i), ORDER));
                }
                FloatVector inner = z.mul(z.mul(z).mul(CUBIC).add(LINEAR));
                VectorMath.sigmoid(
                                inner.viewAsIntegralLanes().lanewise(OR, SIGN).viewAsFloatingLanes())
                        .intoMemorySegment(densities, at, ORDER);
            }
            ahead -= period;
        }
    }

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
        MemorySegment b = bias.values; // read once, as above
        if (src.getClass() != MEMORY || b.getClass() != Memories.NATIVE || slopes.getClass() != Memories.NATIVE) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        int period = bias.period;
        long ahead = biasAt;
        int i = 0;
        while (i <= elements - LANES) {
            int end = BIAS ? (int) Math.min(elements - LANES + 1, period - ahead) : elements - LANES + 1;
            for (; i < end; i += LANES) {
                long at = (long) Float.BYTES * i;
                FloatVector z = FloatVector.fromMemorySegment(FLOATS, src, firstByte + at, ORDER);
                if (BIAS) {
                    z = z.add(FloatVector.fromMemorySegment(FLOATS, b, Float.BYTES * (ahead + i), ORDER));
                }
                FloatVector slope;
                if (SIGMOID) {
                    FloatVector s = VectorMath.sigmoid(z);
                    slope = s.mul(ONE.sub(s));
                } else if (TANH) {
                    FloatVector t = VectorMath.tanh(z);
                    slope = ONE.sub(t.mul(t));
                } else if (GELU) {
                    FloatVector phi = VectorMath.normal(z);
                    FloatVector near = z.viewAsIntegralLanes()
                            .min(MOST)
                            .lanewise(UMIN, LEAST)
                            .viewAsFloatingLanes();
                    FloatVector density = FloatVector.fromMemorySegment(FLOATS, slopes, at, ORDER);
                    slope = phi.add(near.mul(density.mul(DENSITY)));
                } else if (GELU_TANH) {
                    FloatVector inner = z.mul(z.mul(z).mul(CUBIC).add(LINEAR));
                    FloatVector tail = FloatVector.fromMemorySegment(FLOATS, slopes, at, ORDER);
                    FloatVector rest = ONE.sub(tail);
                    FloatVector near = z.viewAsIntegralLanes()
                            .min(MOST)
                            .lanewise(UMIN, LEAST)
                            .viewAsFloatingLanes();
                    FloatVector growth = near.mul(near).mul(3 * INNER_CUBIC).add(LINEAR);
                    slope = near.mul(tail).mul(rest.mul(growth)).add(rest.blend(tail, inner.compare(LT, 0)));
                } else {
                    FloatVector s = VectorMath.sigmoid(z);
                    FloatVector near = z.viewAsIntegralLanes()
                            .min(MOST)
                            .lanewise(UMIN, LEAST)
                            .viewAsFloatingLanes();
                    slope = near.mul(ONE.sub(s)).add(ONE).mul(s);
                }
                slope.intoMemorySegment(slopes, at, ORDER);
            }
            ahead -= period;
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
        if (slopes.getClass() != Memories.NATIVE
                || dstGradient.getClass() != MEMORY
                || srcGradient.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            long at = (long) Float.BYTES * i;
            FloatVector dy = FloatVector.fromMemorySegment(FLOATS, dstGradient, firstByte + at, ORDER);
            if (DROPOUT) {
                long kept = LANES == Byte.SIZE
                        ? bits[bitsAt + (i >>> 3)]
                        : (long) LONG.get(bits, bitsAt + (i >>> 3)) >>> (i & 7);
                VectorMask<Float> mask = FROM_LONG
                        ? VectorMask.fromLong(FLOATS, kept)
                        : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(kept));
                dy = ZERO.blend(dy.mul(FloatVector.broadcast(FLOATS, scale)), mask);
            }
            dy.mul(FloatVector.fromMemorySegment(FLOATS, slopes, at, ORDER))
                    .intoMemorySegment(srcGradient, firstByte + at, ORDER);
        }
        return i;
    }
}
