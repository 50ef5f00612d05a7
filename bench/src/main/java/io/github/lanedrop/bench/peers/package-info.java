/**
 * Other people's dropout, and the loops that people write themselves, side by side with this library's.
 *
 * <p>A {@link io.github.lanedrop.bench.peers.Peer} is found by its name through {@link java.util.ServiceLoader}. Those of
 * this package need nothing but the JDK and Commons RNG. One that needs a library is a Maven module of its own,
 * {@code bench/peers/NAME}, reached by the profile {@code peer-NAME} alone, so that nobody downloads it unasked; it runs in
 * a JVM of its own, since the libraries' versions of JavaCPP clash. Before a peer is timed it must pass
 * {@link io.github.lanedrop.bench.peers.PeerCheck}.
 */
package io.github.lanedrop.bench.peers;
