package io.github.lanedrop.kernels;

/** Packed blocks of a matrix product: A in L2, a panel of B in L2, a tile of C in L1. */
final class ProductScratch {
    /** Steps of the inner index a block. */
    static final int BLOCK_INNER = 1024;
    /** Rows a block, a multiple of a tile's. */
    static final int BLOCK_ROWS = 120;
    /** Floats between rows of A: not a power of two, so that the rows of a tile do not fall on one set of the cache. */
    static final int ROW_STRIDE = BLOCK_INNER + 16;

    static final Pool<ProductScratch> POOL = new Pool<>(ProductScratch::new);

    final float[] a = new float[BLOCK_ROWS * ROW_STRIDE];
    final float[] b = new float[BLOCK_INNER * VectorProduct.TILE_COLUMNS];
    final float[] tile = new float[VectorProduct.TILE_ROWS * VectorProduct.TILE_COLUMNS];
    final float[] line = new float[BLOCK_INNER];

    private ProductScratch() {}
}
