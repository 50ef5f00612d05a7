/** Dropout kernels and matrix products over memory segments. */
package io.github.lanedrop.kernels;
