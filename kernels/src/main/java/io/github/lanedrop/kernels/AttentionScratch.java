package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.AttentionShape.MAX_DEPTH;
import static io.github.lanedrop.kernels.attention.ScalarTile.STRIDE;

import io.github.lanedrop.kernels.attention.ScalarSoftmax;
import io.github.lanedrop.kernels.product.Tiles;

/**
 * Blocks and tiles of an attention, about 2 MB at most, of which a depth takes its share: at a depth of 64 they stay in L2.
 */
final class AttentionScratch {
    /** Queries of a block: every key is loaded, and transposed, once for each block, which takes 4 % of the time of so many. */
    static final int BLOCK_ROWS = 256;
    /** Keys of a panel, and of a block of the backward pass. */
    static final int PANEL_COLUMNS = STRIDE;
    /** Keys of a block of the forward pass, and the columns of its tile: a row's softmax has costs that do not grow with it. */
    static final int BLOCK_COLUMNS = 4 * PANEL_COLUMNS;
    /** Queries of a tile of the forward pass, which fills half of L1. */
    static final int TILE_ROWS = 16;
    /** Queries of a tile of the backward pass, whose keys are a panel: as many floats. */
    static final int SQUARE_ROWS = 64;
    /** Columns whose keep bits are drawn at a time. */
    static final int BITS_COLUMNS = 2048;

    static final Pool<AttentionScratch> POOL = Pool.ofLarge(AttentionScratch::new);

    final float[] queries = new float[BLOCK_ROWS * MAX_DEPTH];
    final float[] output = new float[BLOCK_ROWS * MAX_DEPTH];
    final float[] outputGradient = new float[BLOCK_ROWS * MAX_DEPTH];
    final float[] queriesGradient = new float[BLOCK_ROWS * MAX_DEPTH];

    final float[] keys = new float[PANEL_COLUMNS * MAX_DEPTH];
    final float[] keysTransposed = new float[BLOCK_COLUMNS * MAX_DEPTH];
    final float[] keysGradient = new float[PANEL_COLUMNS * MAX_DEPTH];
    final float[] valuesTransposed = new float[PANEL_COLUMNS * MAX_DEPTH];
    final float[] values = new float[BLOCK_COLUMNS * MAX_DEPTH];
    final float[] valuesGradient = new float[PANEL_COLUMNS * MAX_DEPTH];

    /** Scores, then probabilities. */
    final float[] tile = new float[TILE_ROWS * BLOCK_COLUMNS];
    /** Their gradients. */
    final float[] tileGradient = new float[SQUARE_ROWS * PANEL_COLUMNS];

    /** Rows on their way between memory and panels. */
    final float[] line = new float[BLOCK_ROWS * MAX_DEPTH];
    /** Squares on their way to a transpose. */
    final float[] squares = new float[Tiles.SQUARES];
    /** A row's partial sums. */
    final float[] sums = new float[ScalarSoftmax.PARTIAL_SUMS];

    /** Of each query of a tile: how many of the tile's keys it sees. */
    final int[] seen = new int[SQUARE_ROWS];
    /** Of each query of a block: its greatest score so far. */
    final float[] max = new float[BLOCK_ROWS];
    /** The sum of its exponentials so far; later its logarithm. */
    final float[] sum = new float[BLOCK_ROWS];
    /** Its output times the gradient with respect to it. */
    final float[] dot = new float[BLOCK_ROWS];

    /** Keep bits of a block's queries and of as many columns as are drawn at a time; room for reads of whole longs. */
    final byte[] bits = new byte[(BLOCK_ROWS * BITS_COLUMNS / Byte.SIZE) + Long.BYTES];

    private AttentionScratch() {}
}
