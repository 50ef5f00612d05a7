/**
 * The pieces of a matrix product: packing lines of an operand, multiplying a strip of rows by a panel of columns, finishing the
 * sums. {@link io.github.lanedrop.kernels.product.Tiles} has their sizes, none of which changes a bit.
 *
 * <p>{@code ScalarPacking}, {@code ScalarTile} and {@code ScalarFinish} are the definitions; {@code VectorPacking} with its
 * squares, {@code VectorTile} with {@code VectorNarrowTile}, and {@code VectorFinish} give the same bits: a lane is one element
 * of the result, a chain of fused multiply-adds in the order of the inner index. Blocks, threads, masks and the choice of the
 * path belong to the package above.
 */
package io.github.lanedrop.kernels.product;
