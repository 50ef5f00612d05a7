/**
 * The command line {@code lanedrop}.
 *
 * <p>Every command writes its result to standard output and everything else (progress, times, errors) to standard error;
 * equal arguments give equal bytes on standard output, but for {@code doctor}, which measures. It ends with 0 when it did what
 * was asked, 1 when it could not, 2 when the arguments make no sense; an error is one line.
 */
package io.github.lanedrop.bench;
