package io.github.lanedrop.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lanedrop.bench.doctor.Folders;
import io.github.lanedrop.bench.doctor.Passport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the numbers of a run come from: what is written to {@value #FILE} beside them.
 *
 * @param command what was typed
 * @param passport of the machine
 * @param peers who was to be measured beside Lanedrop
 * @param failures runs that gave no numbers
 */
public record Machine(String command, Passport passport, List<Peer> peers, List<Failure> failures) {
    /** The file's name in a folder of results. */
    public static final String FILE = "machine.json";

    private static final String FAILURES = "failures";

    /** Keeps what it is given, but for the names of folders. */
    public Machine {
        command = Folders.hide(command);
        peers = List.copyOf(peers);
        failures = List.copyOf(failures);
    }

    /**
     * A run that gave no numbers.
     *
     * @param what was run: the benchmark with its parameters, the peer among them
     * @param reason why it gave none
     */
    public record Failure(String what, String reason) {
        /** Keeps what it is given, but for the names of folders. */
        public Failure {
            what = Folders.hide(what);
            reason = Folders.hide(reason);
        }

        @Override
        public String toString() {
            return what + ": " + reason;
        }
    }

    /**
     * The same with one more failure.
     *
     * @param what was run
     * @param reason why it gave no numbers
     * @return another one
     */
    public Machine failed(String what, String reason) {
        List<Failure> more = new ArrayList<>(failures);
        more.add(new Failure(what, reason));
        return new Machine(command, passport, peers, more);
    }

    /** What became of a peer. */
    public enum Status {
        /** It computes dropout, and its numbers are in the report. */
        MEASURED,
        /** It does not compute dropout, or cannot be run here. */
        REFUSED,
        /** It was not asked for, or is not there. */
        ABSENT
    }

    /**
     * Who is compared.
     *
     * @param id as in the parameter {@code peer}
     * @param version what exactly was measured; may be empty
     * @param note what a reader must know to be fair; may be empty
     * @param status what became of it
     * @param reason why it is refused or absent; else empty
     */
    public record Peer(String id, String version, String note, Status status, String reason) {
        /** Keeps what it is given, but for the names of folders, which errors are full of. */
        public Peer {
            note = Folders.hide(note);
            reason = Folders.hide(reason);
        }
    }

    /**
     * Reads {@value #FILE}.
     *
     * @param folder where from
     * @return what it says
     * @throws IOException if there is none or it says something else; the message says why
     */
    public static Machine read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        JsonNode root = Json.read(file);
        if (root instanceof ObjectNode fields && !fields.has(FAILURES)) {
            fields.putArray(FAILURES); // reports from before failures were kept have none to show
        }
        return Json.understand(file, root, Machine.class, "a machine's passport");
    }
}
