package io.github.lanedrop.bench.suite;

import io.github.lanedrop.bench.peers.NativeMemory;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/**
 * What a JVM must be given to call a peer.
 *
 * @param more what its class path has beside that of this JVM
 * @param options of the JVM that the report does not show, since they name folders of the machine
 */
record Place(String more, List<String> options) {
    /** What this JVM has. */
    static final Place OWN = new Place("", List.of());

    /** Keeps what it is given. */
    Place {
        options = List.copyOf(options);
    }

    /** The whole class path. */
    String classPath() {
        String own = System.getProperty("java.class.path");
        return more.isEmpty() ? own : own + File.pathSeparator + more;
    }

    /** Words before the command that set its environment; none where nothing is to be set. */
    List<String> environment(NativeMemory memory) {
        List<String> words = new ArrayList<>();
        memory.environment().forEach((name, value) -> words.add(name + "=" + value));
        if (!options.isEmpty()) {
            words.add("JDK_JAVA_OPTIONS="
                    + String.join(" ", options.stream().map(o -> '"' + o + '"').toList()));
        }
        if (!words.isEmpty()) {
            words.addFirst("env");
        }
        return words;
    }
}
