package io.github.lanedrop.kernels;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * MaskStream version 1 once more, from the text of the specification and nothing else: element by element, with big
 * integers where the text has them. Slow on purpose; what the product is held against.
 */
final class MaskOracle {
    static final BigInteger ONE = BigInteger.TWO.pow(32);
    private static final long UNSIGNED = 0xFFFFFFFFL;
    private static final long REFINEMENT = 0x80000000L;

    private final long seed;
    private final long stream;
    private final BigInteger threshold;
    private final Table table;
    private long cachedPattern = -1;
    private int cachedBits;

    MaskOracle(long seed, long stream, double rate) {
        this.seed = seed;
        this.stream = stream;
        threshold = threshold(rate);
        table = new Table(threshold);
    }

    /** {@code T = floor(rate * 2^32 + 0.5)}, without rounding on the way. */
    static BigInteger threshold(double rate) {
        return new BigDecimal(rate)
                .multiply(new BigDecimal(ONE))
                .add(new BigDecimal("0.5"))
                .setScale(0, RoundingMode.FLOOR)
                .toBigIntegerExact();
    }

    /** {@code 2^32 / (2^32 - T)}, correctly rounded to double; infinite at {@code T = 2^32}. */
    static double scale(BigInteger threshold) {
        BigInteger keep = ONE.subtract(threshold);
        return keep.signum() == 0
                ? Double.POSITIVE_INFINITY
                : new BigDecimal(ONE)
                        .divide(new BigDecimal(keep), new MathContext(60))
                        .doubleValue();
    }

    float scale() {
        return (float) scale(threshold);
    }

    boolean keepsAll() {
        return threshold.signum() == 0;
    }

    boolean dropsAll() {
        return threshold.equals(ONE);
    }

    /** Whether patterns come from the alias table. */
    boolean drawn() {
        return !keepsAll() && !dropsAll() && !half();
    }

    private boolean half() {
        return threshold.equals(BigInteger.TWO.pow(31));
    }

    boolean kept(long i) {
        return ((pattern(i / 8) >>> (i % 8)) & 1) == 1;
    }

    /** Keep bits of elements {@code offset} to {@code offset + elements}, exclusive, unused bits 0. */
    byte[] keepBits(long offset, int elements) {
        byte[] bits = new byte[(elements + 7) / 8];
        for (int k = 0; k < elements; k++) {
            if (kept(offset + k)) {
                bits[k / 8] |= (byte) (1 << (k % 8));
            }
        }
        return bits;
    }

    int pattern(long j) {
        if (keepsAll()) {
            return 0xFF;
        }
        if (dropsAll()) {
            return 0;
        }
        if (j != cachedPattern) {
            cachedBits = half() ? streamByte(j) : lookUp(j);
            cachedPattern = j;
        }
        return cachedBits;
    }

    private int lookUp(long j) {
        int c = streamByte(2 * j);
        int f = streamByte(2 * j + 1);
        long high = table.cut[c] >>> 24;
        if (f < high) {
            return c;
        }
        if (f > high) {
            return table.alias[c];
        }
        return refinement(j) < (table.cut[c] & 0xFFFFFF) ? c : table.alias[c];
    }

    /** Whether 16 random bits leave pattern {@code j} open. */
    boolean refined(long j) {
        return drawn() && streamByte(2 * j + 1) == table.cut[streamByte(2 * j)] >>> 24;
    }

    /** How far the 32 bits that decide pattern {@code j} are from its column's cut; negative chooses the column. */
    long distanceToCut(long j) {
        int c = streamByte(2 * j);
        return (((long) streamByte(2 * j + 1) << 24) | refinement(j)) - table.cut[c];
    }

    private long refinement(long j) {
        return philox(seed, stream & UNSIGNED, (stream >>> 32) | REFINEMENT, j)[0] >>> 8;
    }

    private int streamByte(long n) {
        long word = philox(seed, stream & UNSIGNED, stream >>> 32, n / 16)[(int) (n / 4 % 4)];
        return (int) (word >>> (8 * (n % 4))) & 0xFF;
    }

    /** Words {@code w0..w3} of the block with counter {@code (block, c2, c3)}. */
    static long[] philox(long seed, long c2, long c3, long block) {
        long[] counter = {block & UNSIGNED, block >>> 32, c2, c3};
        long k0 = seed & UNSIGNED;
        long k1 = seed >>> 32;
        for (int round = 1; round <= 10; round++) {
            long p0 = 0xD2511F53L * counter[0];
            long p1 = 0xCD9E8D57L * counter[2];
            counter = new long[] {
                (p1 >>> 32) ^ counter[1] ^ k0, p1 & UNSIGNED, (p0 >>> 32) ^ counter[3] ^ k1, p0 & UNSIGNED
            };
            k0 = (k0 + 0x9E3779B9L) & UNSIGNED;
            k1 = (k1 + 0xBB67AE85L) & UNSIGNED;
        }
        return counter;
    }

    /** The alias table of a threshold. */
    static final class Table {
        final long[] cut = new long[256];
        final int[] alias = new int[256];

        Table(BigInteger threshold) {
            BigInteger keep = ONE.subtract(threshold);
            var weight = new BigInteger[256];
            BigInteger rest = BigInteger.TWO.pow(40);
            for (int c = 0; c < 256; c++) {
                int k = Integer.bitCount(c);
                weight[c] = keep.pow(k).multiply(threshold.pow(8 - k)).divide(BigInteger.TWO.pow(216));
                rest = rest.subtract(weight[c]);
                alias[c] = c;
            }
            int likeliest = keep.compareTo(threshold) >= 0 ? 255 : 0;
            weight[likeliest] = weight[likeliest].add(rest);

            int[] small = new int[256];
            int[] large = new int[256];
            int smalls = 0;
            int larges = 0;
            for (int c = 0; c < 256; c++) {
                if (weight[c].compareTo(ONE) < 0) {
                    small[smalls++] = c;
                } else {
                    large[larges++] = c;
                }
            }
            while (smalls > 0 && larges > 0) {
                int s = small[--smalls];
                int l = large[larges - 1];
                cut[s] = weight[s].longValueExact();
                alias[s] = l;
                weight[l] = weight[l].subtract(ONE.subtract(weight[s]));
                if (weight[l].compareTo(ONE) < 0) {
                    larges--;
                    small[smalls++] = l;
                }
            }
        }
    }
}
