/**
 * Concrete and variational dropout on a chunk of elements, in arrays: a scalar class defines each function, a vector class
 * repeats it lane by lane, with the same bits. Sums are in double, in one order for both.
 */
package io.github.lanedrop.kernels.learned;
