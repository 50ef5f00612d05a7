package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;

/** Noise once more, in double, from the formulas and nothing else. */
final class NoiseOracle {
    /** How far a float value may be from the oracle's, in units of {@code |mean| + deviation or reach}. */
    static final double WITHIN = 1.5e-5;

    private NoiseOracle() {}

    /** Word {@code n} of the word stream. */
    static long word(Key key, long n) {
        return MaskOracle.philox(key.seed(), key.stream() & 0xFFFFFFFFL, key.stream() >>> 32, n / 4)[(int) (n % 4)];
    }

    static double normal(Key key, long i) {
        long k = word(key, i - i % 2) >>> 8;
        double u = k < 1 << 23 ? (k + .5) * 0x1p-24 : k * 0x1p-24;
        double radius = Math.sqrt(-2 * StrictMath.log(u));
        double angle = 2 * Math.PI * (word(key, i - i % 2 + 1) >>> 8) * 0x1p-24;
        return i % 2 == 0 ? radius * StrictMath.cos(angle) : radius * StrictMath.sin(angle);
    }

    static double value(NoiseSource noise, long i) {
        return switch (noise) {
            case GaussianNoise(double mean, double deviation, Key key) -> mean + deviation * normal(key, i);
            case UniformNoise(double mean, double reach, Key key) ->
                mean + reach * (2 * ((word(key, i) >>> 8) + .5) * 0x1p-24 - 1);
            case StoredNoise stored -> stored.values().get(Memory.FLOAT, Float.BYTES * i);
            case BroadcastNoise(NoiseSource values, BroadcastShape shape) -> value(values, group(shape, i));
        };
    }

    /** How far a value may be from the exact one. */
    static double tolerance(NoiseSource noise) {
        return WITHIN
                * switch (noise) {
                    case GaussianNoise gaussian -> Math.abs(gaussian.mean()) + gaussian.deviation();
                    case UniformNoise uniform -> Math.abs(uniform.mean()) + uniform.reach();
                    case StoredNoise _ -> 0;
                    case BroadcastNoise broadcast -> tolerance(broadcast.values()) / WITHIN;
                };
    }

    /** Row-major index of the group of element {@code i}, from the axes as the shape names them: {@code [32, (64), 56]}. */
    private static long group(BroadcastShape shape, long i) {
        String[] axes = shape.toString().replaceAll("[\\[\\] ]", "").split(",", -1);
        long group = 0;
        long groups = 1;
        long rest = i;
        for (int axis = axes.length - 1; axis >= 0; axis--) {
            boolean shared = axes[axis].startsWith("(");
            long length = Long.parseLong(axes[axis].replaceAll("[()]", ""));
            if (!shared) {
                group += rest % length * groups;
                groups *= length;
            }
            rest /= length;
        }
        return group;
    }
}
