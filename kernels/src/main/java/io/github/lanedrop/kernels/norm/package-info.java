/** Layer normalisation and sums over columns: the definitions and the vector loops, which know segments and numbers. */
package io.github.lanedrop.kernels.norm;
