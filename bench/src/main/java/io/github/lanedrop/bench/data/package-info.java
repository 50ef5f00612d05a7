/**
 * Labelled images to learn from: the digits that ship with the project, and files in the IDX format of MNIST.
 *
 * <p>Files are untrusted: every size is checked before anything of that size is held, and a bad file ends in an {@link
 * java.io.IOException} that names the file, what was expected and what was there.
 */
package io.github.lanedrop.bench.data;
