/**
 * Bias, activation and dropout on chunks: the definitions and the vector loops, which know arrays, segments and numbers.
 */
package io.github.lanedrop.kernels.activation;
