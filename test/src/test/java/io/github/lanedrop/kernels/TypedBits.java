package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/** Elements of all data types, as their bits in a long. */
final class TypedBits {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private TypedBits() {}

    static long bits(float value) {
        return Float.floatToRawIntBits(value) & 0xFFFFFFFFL;
    }

    /** To the nearest of the two neighbours, ties to the even one, by comparing distances. */
    static long bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int low = bits >>> 16;
        if (Float.isNaN(value) || (bits & 0xFFFF) == 0) {
            return low;
        }
        double below = Float.intBitsToFloat(low << 16);
        int next = low + 1;
        // one step beyond the greatest counts as 2^128, which rounds to infinity
        double above = (next & 0x7FFF) == 0x7F80 ? Math.copySign(0x1p128, value) : Float.intBitsToFloat(next << 16);
        double toBelow = Math.abs(value - below);
        double toAbove = Math.abs(above - value);
        return toBelow < toAbove || (toBelow == toAbove && (low & 1) == 0) ? low : next;
    }

    static boolean isNan(DType type, long bits) {
        return switch (type) {
            case FLOAT32 -> Float.isNaN(Float.intBitsToFloat((int) bits));
            case FLOAT64 -> Double.isNaN(Double.longBitsToDouble(bits));
            case BFLOAT16 -> Float.isNaN(Float.intBitsToFloat((int) bits << 16));
            case FLOAT16 -> Float.isNaN(Float.float16ToFloat((short) bits));
        };
    }

    /** Values of the type, of all magnitudes, one in eight a special one. */
    static long[] values(DType type, Random random, int count) {
        int[] floats = Memory.floatBits(random, count);
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            float value = Float.intBitsToFloat(floats[i]);
            values[i] = switch (type) {
                case FLOAT32 -> floats[i] & 0xFFFFFFFFL;
                case FLOAT64 ->
                    i % 8 == 0 ? Double.doubleToRawLongBits(value) : Double.doubleToRawLongBits(random.nextGaussian());
                case BFLOAT16 -> floats[i] >>> 16;
                case FLOAT16 -> Float.floatToFloat16(value) & 0xFFFFL;
            };
        }
        return values;
    }

    static void write(DType type, MemorySegment segment, long[] values) {
        for (int i = 0; i < values.length; i++) {
            switch (type.bytes()) {
                case 2 -> segment.set(SHORT, 2L * i, (short) values[i]);
                case 4 -> segment.set(Memory.INT, 4L * i, (int) values[i]);
                default -> segment.set(LONG, 8L * i, values[i]);
            }
        }
    }

    static long read(DType type, MemorySegment segment, int i) {
        return switch (type.bytes()) {
            case 2 -> segment.get(SHORT, 2L * i) & 0xFFFFL;
            case 4 -> segment.get(Memory.INT, 4L * i) & 0xFFFFFFFFL;
            default -> segment.get(LONG, 8L * i);
        };
    }

    /** Stores a number that the type has. */
    static void set(DType type, MemorySegment segment, int i, double value) {
        switch (type) {
            case FLOAT32 -> segment.set(Memory.FLOAT, 4L * i, (float) value);
            case FLOAT64 -> segment.set(LONG, 8L * i, Double.doubleToRawLongBits(value));
            case BFLOAT16 -> segment.set(SHORT, 2L * i, (short) bfloat16((float) value));
            case FLOAT16 -> segment.set(SHORT, 2L * i, Float.floatToFloat16((float) value));
        }
    }

    /** The number that is stored. */
    static double get(DType type, MemorySegment segment, int i) {
        long bits = read(type, segment, i);
        return switch (type) {
            case FLOAT32 -> Float.intBitsToFloat((int) bits);
            case FLOAT64 -> Double.longBitsToDouble(bits);
            case BFLOAT16 -> Float.intBitsToFloat((int) bits << 16);
            case FLOAT16 -> Float.float16ToFloat((short) bits);
        };
    }

    /** Whether memory holds these values. */
    static boolean same(DType type, MemorySegment segment, long[] values) {
        for (int i = 0; i < values.length; i++) {
            if (read(type, segment, i) != values[i]) {
                return false;
            }
        }
        return true;
    }
}
