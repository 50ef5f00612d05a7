package io.github.lanedrop.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** What C2 did, from the log of a JVM that was started with {@link #flags} and has ended. */
final class CompilationLog {
    private static final String INTRINSICS = "jdk.internal.vm.vector.VectorSupport.";

    private final XMLStreamReader xml;
    private final List<Compilation> compilations = new ArrayList<>();
    private final Set<String> compiled = new HashSet<>();

    // of the compilation that is being read, by their ids
    private final Map<String, String> types = new HashMap<>();
    private final Map<String, String> methods = new HashMap<>();

    private CompilationLog(XMLStreamReader xml) {
        this.xml = xml;
    }

    /**
     * A method that C2 compiled, with all that it inlined.
     *
     * @param method its class and name
     * @param nodes how many were made until its bytecode and that of all that was inlined meanwhile was read
     * @param delayed methods that were inlined only after that, in this order, but for the intrinsics of vectors, which
     *     always are
     */
    record Compilation(String method, int nodes, List<String> delayed) {}

    /** Flags of a JVM that make it write such a log. */
    static List<String> flags(Path file) {
        return List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:+LogCompilation", "-XX:LogFile=" + file);
    }

    /** Reads it, which takes seconds. */
    static CompilationLog read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            var log = new CompilationLog(XMLInputFactory.newDefaultFactory().createXMLStreamReader(in));
            log.read();
            return log;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (XMLStreamException e) {
            throw new IllegalStateException(file + " is no log of compilations", e);
        }
    }

    /** All compilations; a method may have several, for its own sake and to replace it while it runs. */
    List<Compilation> compilations() {
        return compilations;
    }

    /** The class and name of every method that was compiled, by itself or inlined. */
    Set<String> compiled() {
        return compiled;
    }

    private void read() throws XMLStreamException {
        while (xml.hasNext()) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT
                    && xml.getLocalName().equals("task")
                    && xml.getAttributeValue(null, "level") == null) { // which only those of C1 have
                readTask();
            }
        }
    }

    private void readTask() throws XMLStreamException {
        String[] method = attribute("method").split(" ", -1);
        types.clear();
        methods.clear();
        List<String> delayed = new ArrayList<>();
        int nodes = 0;
        int depth = 0;
        boolean late = false; // reading what is inlined after all else
        for (int event = xml.next(); !ends(event, "task"); event = xml.next()) {
            if (ends(event, "parse")) {
                depth--;
            } else if (event == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "klass" -> types.put(attribute("id"), withoutAddress(attribute("name")));
                    case "method" -> methods.put(attribute("id"), name(types, "holder") + "." + attribute("name"));
                    case "phase" -> late &= !attribute("name").equals("parse"); // C2 may begin again
                    case "parse" -> {
                        depth++;
                        compiled.add(name(methods, "method"));
                    }
                    case "parse_done" -> {
                        if (depth == 1 && !late) {
                            nodes = Math.max(nodes, Integer.parseInt(attribute("nodes")));
                        }
                    }
                    case "late_inline" -> {
                        late = true;
                        delayed.add(name(methods, "method"));
                    }
                    default -> {}
                }
            }
        }
        delayed.removeIf(each -> each.startsWith(INTRINSICS));
        compilations.add(new Compilation(withoutAddress(method[0]) + "." + method[1], nodes, List.copyOf(delayed)));
    }

    /** Hidden classes have one behind their name. */
    private static String withoutAddress(String type) {
        int slash = type.indexOf('/');
        return slash < 0 ? type : type.substring(0, slash);
    }

    private boolean ends(int event, String element) {
        return event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals(element);
    }

    private String name(Map<String, String> names, String attribute) {
        return Objects.requireNonNull(names.get(attribute(attribute)), attribute);
    }

    private String attribute(String name) {
        return Objects.requireNonNull(xml.getAttributeValue(null, name), name);
    }
}
