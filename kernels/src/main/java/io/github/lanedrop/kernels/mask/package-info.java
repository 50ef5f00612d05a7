/**
 * Strings of keep bits: copied, repeated, spread and compared, in arrays. Knows no mask sources; the package above decides
 * what goes where.
 */
package io.github.lanedrop.kernels.mask;
