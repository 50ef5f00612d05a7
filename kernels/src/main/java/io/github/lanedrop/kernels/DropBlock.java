package io.github.lanedrop.kernels;

import java.util.Arrays;

/**
 * How DropBlock drops contiguous blocks of a feature map: sizes, and the probability of a block that gives the rate.
 *
 * <pre>
 * anchors   a Bernoulli mask of rate gamma over [planes, valid_1, ..., valid_d],   valid_k = length_k - block_k + 1
 * dropped   element i of a plane where an anchor a is set with a_k &lt;= i_k &lt; a_k + block_k for all k
 * paper     gamma = rate / prod block_k * prod length_k / valid_k
 * exact     gamma such that the mean over all positions of 1 - (1 - gamma)^cover(position) is the rate
 * </pre>
 *
 * <p>A plane has 1, 2 or 3 axes: a sequence, an image, a volume. The anchor is the block's corner with the least indices, so
 * even blocks are as good as odd ones; a block that is longer than an axis is clipped to it, each axis by itself.
 * {@code cover} is the number of anchors whose block holds a position, less at the borders than in the middle. The paper's
 * rule counts blocks as if they never overlapped, so it drops less than the rate: .0947 for .1 at 7 x 7 with blocks of 3.
 *
 * <p>{@code gamma} is realised as a multiple of 2^-32, as any rate is. With blocks of 1 the mask is that of a
 * {@link BernoulliMask}, with blocks as long as the plane that of one decision a plane, bit for bit. Rate 0 drops nothing
 * and rate 1 everything, by either rule.
 *
 * <p>Immutable. It holds up to a word for each position of a plane and takes up to milliseconds to make: keep it while
 * the sizes and the rate stay. Safe for use by any number of threads.
 *
 * <p>Source: G. Ghiasi, T.-Y. Lin, Q. V. Le, "DropBlock: A Regularization Method for Convolutional Networks", NeurIPS 2018.
 */
public final class DropBlock {
    private static final long ONE = 1L << 32;
    private static final int MAX_POSITIONS = 1 << 24;
    private static final int AXES = 3;
    /** Numbers of {@link #geometry()}. */
    static final int GEOMETRY = 2 * AXES;

    /** How gamma follows from the rate. */
    public enum Rule {
        /** As in the paper: blocks are counted as if they never overlapped. */
        PAPER,
        /** The expected share of dropped elements is the rate. */
        EXACT
    }

    private final Rule rule;
    private final Rate rate;
    private final double gammaScale;
    private final int[] plane;
    private final int[] block;

    // always three axes, those that are missing of length 1
    private final int[] length = {1, 1, 1};
    private final int[] size = {1, 1, 1};
    private final int[] valid = {1, 1, 1};
    private final double wantedGamma;
    private final Rate anchors;
    private final double expectedKeep;
    private final long[] anchorPlaces;
    private final int[] geometry;

    private DropBlock(Rule rule, Rate rate, double gammaScale, int[] block, int[] plane) {
        this.rule = rule;
        this.rate = rate;
        this.gammaScale = gammaScale;
        this.block = block;
        this.plane = plane;
        for (int axis = 0; axis < plane.length; axis++) {
            // an image's rows go first and its columns last: the middle axis is the one that only volumes have
            int at = axis == plane.length - 1 ? AXES - 1 : axis;
            length[at] = plane[axis];
            size[at] = Math.min(block[axis], plane[axis]);
            valid[at] = length[at] - size[at] + 1;
        }
        int[][] covers = new int[AXES][];
        for (int axis = 0; axis < AXES; axis++) {
            covers[axis] = covers(length[axis], size[axis], valid[axis]);
        }
        wantedGamma = wantedGamma(covers);
        anchors = Rate.drop(Math.min(1, wantedGamma));
        expectedKeep = meanKeep(covers, anchors.effective());
        anchorPlaces = anchorPlaces();
        geometry = new int[] {size[0], size[1], size[2], length[0], length[1], length[2]};
    }

    /**
     * Blocks by the paper's rule.
     *
     * @param rate the share of elements to drop, if blocks did not overlap
     * @param block the length of a block along every axis, 1 or more
     * @param plane the lengths of the plane's axes: {@code (length)}, {@code (height, width)} or
     *     {@code (depth, height, width)}, 1 or more
     * @return how to drop
     * @throws IllegalArgumentException if a length is less than 1, or there are not 1 to 3 of them, or more than 2^24
     *     positions
     */
    public static DropBlock paper(Rate rate, int block, int... plane) {
        return of(Rule.PAPER, rate, sameBlock(block, plane.length), plane);
    }

    /**
     * Blocks that drop at the rate.
     *
     * @param rate the expected share of elements to drop
     * @param block the length of a block along every axis, 1 or more
     * @param plane as for {@link #paper}
     * @return how to drop
     * @throws IllegalArgumentException as for {@link #paper}
     */
    public static DropBlock exact(Rate rate, int block, int... plane) {
        return of(Rule.EXACT, rate, sameBlock(block, plane.length), plane);
    }

    /**
     * Blocks of any proportions.
     *
     * @param rule how gamma follows from the rate
     * @param rate the share of elements to drop
     * @param block the lengths of a block, 1 or more, as many as the plane's
     * @param plane as for {@link #paper}
     * @return how to drop
     * @throws IllegalArgumentException as for {@link #paper}
     */
    public static DropBlock of(Rule rule, Rate rate, int[] block, int[] plane) {
        if (plane.length < 1 || plane.length > AXES || block.length != plane.length) {
            throw new IllegalArgumentException("plane must have 1 to 3 axes and block as many, got plane "
                    + Arrays.toString(plane) + " and block " + Arrays.toString(block));
        }
        long positions = 1;
        for (int axis = 0; axis < plane.length; axis++) {
            if (plane[axis] < 1 || block[axis] < 1) {
                throw new IllegalArgumentException("plane and block must have lengths of 1 or more, got plane "
                        + Arrays.toString(plane) + " and block " + Arrays.toString(block));
            }
            positions *= plane[axis];
            if (positions > MAX_POSITIONS) {
                throw new IllegalArgumentException(
                        "plane must have at most 2^24 positions, got " + Arrays.toString(plane));
            }
        }
        return new DropBlock(rule, rate, 1, block.clone(), plane.clone());
    }

    private static int[] sameBlock(int block, int axes) {
        int[] blocks = new int[axes];
        Arrays.fill(blocks, block);
        return blocks;
    }

    /**
     * The same with another gamma: {@code gamma * scale}, clipped to 1.
     *
     * @param scale a finite number, 0 or more
     * @return how to drop; {@link #clipped()} tells whether gamma was
     * @throws IllegalArgumentException if the rule is exact, which leaves gamma no freedom, or the scale is out of range
     */
    public DropBlock gammaScale(double scale) {
        if (rule == Rule.EXACT) {
            throw new IllegalArgumentException("gamma must stay as it is by the exact rule, got scale " + scale);
        }
        if (!(scale >= 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("gamma scale must be in [0, infinity), got " + scale);
        }
        return new DropBlock(rule, rate, scale, block, plane);
    }

    /** How many positions of an axis have each number of anchors over them; index 0 is empty. */
    private static int[] covers(int length, int block, int valid) {
        int[] positions = new int[Math.min(block, valid) + 1];
        for (int i = 0; i < length; i++) {
            positions[Math.min(i, valid - 1) - Math.max(0, i - block + 1) + 1]++;
        }
        return positions;
    }

    private double wantedGamma(int[][] covers) {
        if (rate.keepsAll() || rate.dropsAll()) {
            return rate.effective();
        }
        if (rule == Rule.EXACT) {
            return exactGamma(covers);
        }
        double gamma = rate.effective() * gammaScale;
        for (int axis = 0; axis < AXES; axis++) {
            gamma *= (double) length[axis] / ((double) size[axis] * valid[axis]);
        }
        return gamma;
    }

    /** By bisection over multiples of 2^-32: the one that comes nearest to the rate. */
    private double exactGamma(int[][] covers) {
        long low = 0; // keeps too much, or just enough
        long high = ONE;
        double keep = 1 - rate.effective();
        while (high - low > 1) {
            long middle = (low + high) >>> 1;
            if (meanKeep(covers, (double) middle / ONE) >= keep) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double above = meanKeep(covers, (double) low / ONE) - keep;
        double below = keep - meanKeep(covers, (double) high / ONE);
        return (double) (above <= below ? low : high) / ONE;
    }

    /** Mean of {@code (1 - gamma)^cover} over all positions; strict, so that it is the same on every CPU. */
    private double meanKeep(int[][] covers, double gamma) {
        double sum = 0;
        for (int i = 1; i < covers[0].length; i++) {
            for (int j = 1; j < covers[1].length; j++) {
                for (int k = 1; k < covers[2].length; k++) {
                    double positions = (double) covers[0][i] * covers[1][j] * covers[2][k];
                    sum += positions * StrictMath.pow(1 - gamma, (double) i * j * k);
                }
            }
        }
        return sum / positions();
    }

    /** A bit for each position, whether it can be an anchor; planes one after another until they end with a word. */
    private long[] anchorPlaces() {
        int positions = positions();
        int planes = Long.SIZE / Math.min(Long.SIZE, Integer.lowestOneBit(positions));
        long[] places = new long[(int) ((long) positions * planes / Long.SIZE)];
        for (long i = 0; i < (long) positions * planes; i++) {
            int position = (int) (i % positions);
            boolean anchor = position % length[2] < valid[2]
                    && position / length[2] % length[1] < valid[1]
                    && position / length[2] / length[1] < valid[0];
            places[(int) (i / Long.SIZE)] |= (anchor ? 1L : 0L) << i;
        }
        return places;
    }

    /**
     * The rate that was asked for.
     *
     * @return the rate
     */
    public Rate rate() {
        return rate;
    }

    /**
     * The probability of a block at each anchor, as realised.
     *
     * @return gamma, a multiple of 2^-32 in [0, 1]
     */
    public double gamma() {
        return anchors.effective();
    }

    /**
     * Whether the rule asked for a gamma above 1, which no probability is.
     *
     * @return true if gamma was clipped to 1; then every element is dropped
     */
    public boolean clipped() {
        return wantedGamma > 1;
    }

    /**
     * The exact expectation of the share of kept elements.
     *
     * @return the mean over all positions of {@code (1 - gamma)^cover}, in [0, 1]
     */
    public double expectedKeep() {
        return expectedKeep;
    }

    /**
     * The exact probability that a position is dropped.
     *
     * @param position its index along each axis of the plane
     * @return {@code 1 - (1 - gamma)^cover(position)}
     * @throws IllegalArgumentException if there is no such position
     */
    public double dropProbability(int... position) {
        boolean inside = position.length == plane.length;
        double cover = 1;
        for (int axis = 0; inside && axis < plane.length; axis++) {
            int i = position[axis];
            inside = i >= 0 && i < plane[axis];
            int size = Math.min(block[axis], plane[axis]);
            cover *= Math.min(i, plane[axis] - size) - Math.max(0, i - size + 1) + 1.0;
        }
        if (!inside) {
            throw new IllegalArgumentException(
                    "position must lie in plane " + Arrays.toString(plane) + ", got " + Arrays.toString(position));
        }
        return 1 - StrictMath.pow(1 - gamma(), cover);
    }

    /** Positions of a plane. */
    int positions() {
        return length[0] * length[1] * length[2];
    }

    /** The rate of anchors. */
    Rate anchors() {
        return anchors;
    }

    /** {@link #anchorPlaces()}, to be read. */
    long[] places() {
        return anchorPlaces;
    }

    /** Anchors before a position, all planes in a row. */
    long anchorsBefore(long position) {
        long planes = position / positions();
        int rest = (int) (position % positions());
        int x = rest % length[2];
        int y = rest / length[2] % length[1];
        int z = rest / length[2] / length[1];
        long lines = (planes * valid[0] + Math.min(z, valid[0])) * valid[1];
        if (z < valid[0]) {
            lines += Math.min(y, valid[1]);
            if (y < valid[1]) {
                return lines * valid[2] + Math.min(x, valid[2]);
            }
        }
        return lines * valid[2];
    }

    /** The lengths of a block and of a plane, which with the rate of anchors are all that a mask depends on; to be read. */
    int[] geometry() {
        return geometry;
    }

    /** Length of a block along the first, middle or last axis. */
    int blockAlong(int axis) {
        return size[axis];
    }

    /** How many positions apart neighbours along an axis are. */
    int stride(int axis) {
        return axis == 2 ? 1 : axis == 1 ? length[2] : length[1] * length[2];
    }

    /** How many positions before an element its farthest anchor can be. */
    int reach() {
        int reach = 0;
        for (int axis = 0; axis < AXES; axis++) {
            reach += (size[axis] - 1) * stride(axis);
        }
        return reach;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DropBlock that
                && rule == that.rule
                && rate.equals(that.rate)
                && gammaScale == that.gammaScale
                && Arrays.equals(block, that.block)
                && Arrays.equals(plane, that.plane);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rate.hashCode() + Arrays.hashCode(block)) + Arrays.hashCode(plane);
    }

    @Override
    public String toString() {
        return "blocks " + Arrays.toString(block) + " of " + Arrays.toString(plane) + ", " + rate + " by rule " + rule;
    }
}
