package io.github.lanedrop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of the README compile and run, and its links and those of its neighbours lead somewhere. */
final class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    /** Links within the project. */
    private static final Pattern LINK = Pattern.compile("\\]\\(([^):]+)\\)");

    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

    @TempDir
    Path classes = Path.of("");

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    @TestFactory
    Stream<DynamicTest> everyExampleCompilesAndRuns() throws IOException {
        List<String> examples =
                JAVA.matcher(readme()).results().map(match -> match.group(1)).toList();
        assertThat(examples).hasSizeGreaterThanOrEqualTo(3);
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            String name = "Example" + i;
            String example = examples.get(i);
            tests.add(dynamicTest(name, () -> run(name, example)));
        }
        return tests.stream();
    }

    private void run(String name, String example) throws Exception {
        String imports =
                example.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String body =
                example.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        String source =
                imports + "\npublic class " + name + " { public static void run() throws Exception {" + body + "}}";
        var file = new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        var output = new StringWriter();
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(output, null, null, List.of("-d", classes.toString()), null, List.of(file))
                .call();
        assertThat(compiled).as(output.toString()).isTrue();
        try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            loader.loadClass(name).getMethod("run").invoke(null);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"})
    void everyLinkLeadsSomewhere(String document) throws IOException {
        String text = Files.readString(ROOT.resolve(document));
        List<String> headings = HEADING.matcher(text)
                .results()
                .map(match -> anchor(match.group(1)))
                .toList();
        assertThat(LINK.matcher(text).results().map(match -> match.group(1)))
                .isNotEmpty()
                .allSatisfy(link -> {
                    if (link.startsWith("#")) {
                        assertThat(headings).contains(link.substring(1));
                    } else {
                        assertThat(ROOT.resolve(link)).exists();
                    }
                });
    }

    /** What a page of Markdown calls a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", "").replace(' ', '-');
    }
}
