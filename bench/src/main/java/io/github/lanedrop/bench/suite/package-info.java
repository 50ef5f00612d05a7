/**
 * How what {@code bench.questions} asks is run by {@code ./build run bench}.
 *
 * <p>{@code Plan} is the function of the questions, the profile, the peers and the machine that says which runs are made, and
 * what they are expected to take; {@code Session} makes them. Each run is one JMH benchmark with all its parameters, in JVMs
 * of its own, so that whatever ends early, by Ctrl-C or a crash, loses no run before it: {@code jmh.json} is written anew
 * after each.
 *
 * <p>Peers have class paths of their own, since their libraries exclude each other. {@code Probe} asks and checks each in a
 * JVM with its class path; this JVM loads none.
 */
package io.github.lanedrop.bench.suite;
