/** Other people's libraries beside ours; compiled only by the Maven profile {@code peers}, which resolves them. */
package io.github.lanedrop.bench.peers;
