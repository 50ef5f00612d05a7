package io.github.lanedrop.bench.doctor;

import java.util.regex.Pattern;

/** Reports are published; where things lie on the machine that made them is nobody's business. */
public final class Folders {
    /** An absolute path up to its last name, but not what follows the host in an address of the web. */
    private static final Pattern FOLDER = Pattern.compile("(?<![\\w.:/])/(?:[^\\s/:\"',;()]+/)+");

    private static final Pattern PROPERTY = Pattern.compile("-D(?!lanedrop\\.).*");
    private static final Pattern HOME = Pattern.compile("-Dlanedrop\\.home=.*");

    private Folders() {}

    /**
     * Hides folders.
     *
     * @param text anything
     * @return the text with an ellipsis for folders
     */
    public static String hide(String text) {
        return FOLDER.matcher(text).replaceAll("…/");
    }

    /**
     * Whether a JVM's option says nothing of how it runs: where the project is, and properties, which may hold passwords.
     *
     * @param option of a JVM
     * @return whether to leave it out
     */
    public static boolean isPrivate(String option) {
        return PROPERTY.matcher(option).matches() || HOME.matcher(option).matches();
    }
}
