package io.github.lanedrop.bench.report;

import io.github.lanedrop.bench.doctor.Folders;
import io.github.lanedrop.bench.doctor.Passport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the numbers of a run come from: what is written to {@value #FILE} beside them.
 *
 * @param command what was typed
 * @param passport of the machine
 * @param peers who was to be measured beside Lanedrop
 */
public record Machine(String command, Passport passport, List<Peer> peers) {
    /** The file's name in a folder of results. */
    public static final String FILE = "machine.json";

    /** Keeps what it is given, but for the names of folders. */
    public Machine {
        command = Folders.hide(command);
        peers = List.copyOf(peers);
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
     * Writes {@value #FILE}.
     *
     * @param folder where to
     * @throws IOException if it cannot be written
     */
    public void write(Path folder) throws IOException {
        Files.writeString(folder.resolve(FILE), Json.writeLines(this));
    }

    /**
     * Reads {@value #FILE}.
     *
     * @param folder where from
     * @return what it says
     * @throws IOException if there is none or it says something else; the message says why
     */
    public static Machine read(Path folder) throws IOException {
        return Json.read(folder.resolve(FILE), Machine.class, "a machine's passport");
    }
}
