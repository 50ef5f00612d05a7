/**
 * How a cold JVM gets up to speed: the start of the JVM, the first call, and the calls after it until they take no less.
 *
 * <p>Each measurement is a JVM of its own that runs {@code Cold}, started from jars, since the JDK's ahead-of-time cache
 * takes no folders, and from their folder, so that the report names no path.
 *
 * <p>Decision: calls are timed in stretches, each a quarter of all calls before it and no longer than some ten milliseconds,
 * so that the clock is no part of a fast call's time. Peak is the median of what a call takes in the last third of the time;
 * it is reached where five stretches in a row have a median within a quarter of it. Evidence: cold JVMs on two idle cores
 * reached 174 ns a call of 768 elements after 0.7 s of calls and stayed there; single stretches rise by half when the machine
 * is disturbed. Revisit when C2 no longer needs a second.
 */
package io.github.lanedrop.bench.start;
