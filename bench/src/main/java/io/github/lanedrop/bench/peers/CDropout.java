package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.lanedrop.bench.doctor.Cpu;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code dropout.c}, compiled by the C compiler of this machine for its CPU when first needed. */
final class CDropout {
    private static final String SOURCE = "dropout.c";
    private static final List<String> COMPILERS = List.of("cc", "gcc", "clang");
    private static final List<String> OPTIONS = List.of("-O3", "-march=native", "-shared", "-fPIC");
    /** Every CPU with byte permutes over two registers has the other instructions too. */
    private static final String FEATURE = "avx512vbmi";

    private static final MethodHandle RATE_BYTES = handle(FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle RATE_INIT = handle(FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG));
    private static final MethodHandle DROPOUT =
            handle(FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));

    private static Optional<CDropout> loaded = Optional.empty();

    private final String compiler;
    private final MemorySegment rateBytes;
    private final MemorySegment rateInit;
    private final MemorySegment dropout;

    private CDropout(String compiler, SymbolLookup library) {
        this.compiler = compiler;
        rateBytes = library.findOrThrow("lanedrop_rate_bytes");
        rateInit = library.findOrThrow("lanedrop_rate_init");
        dropout = library.findOrThrow("lanedrop_dropout");
    }

    /** Critical: the JVM's state is not switched, which costs as much as dropping a hundred elements. */
    @SuppressWarnings("restricted")
    private static MethodHandle handle(FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(descriptor, Linker.Option.critical(false));
    }

    /**
     * Compiles and loads it, the first time.
     *
     * @throws UnsupportedOperationException if this machine cannot, with the reason
     */
    static synchronized CDropout load() {
        if (loaded.isEmpty()) {
            loaded = Optional.of(compile());
        }
        return loaded.get();
    }

    private static CDropout compile() {
        Optional<List<String>> features = Cpu.read().features();
        if (!features.orElse(List.of()).contains(FEATURE)) {
            throw new UnsupportedOperationException("the CPU has no " + FEATURE);
        }
        Path compiler = COMPILERS.stream()
                .flatMap(CDropout::onPath)
                .findFirst()
                .orElseThrow(() -> new UnsupportedOperationException(
                        "no C compiler on the path: none of " + String.join(", ", COMPILERS)));
        try {
            return compile(compiler);
        } catch (IOException e) {
            throw new UnsupportedOperationException(
                    compiler + " does not compile " + SOURCE + ": " + e.getMessage(), e);
        }
    }

    private static Stream<Path> onPath(String name) {
        return Arrays.stream(
                        Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable);
    }

    @SuppressWarnings("restricted")
    private static CDropout compile(Path compiler) throws IOException {
        Path folder = Files.createTempDirectory("lanedrop");
        Path source = folder.resolve(SOURCE);
        Path library = folder.resolve(System.mapLibraryName("dropout"));
        try (InputStream text = Objects.requireNonNull(CDropout.class.getResourceAsStream(SOURCE), SOURCE)) {
            Files.copy(text, source);
            run(Stream.of(List.of(compiler.toString()), OPTIONS, List.of("-o", library.toString(), source.toString()))
                    .flatMap(List::stream)
                    .toList());
            String version = run(List.of(compiler.toString(), "--version"))
                    .lines()
                    .findFirst()
                    .orElse("");
            return new CDropout(version, SymbolLookup.libraryLookup(library, Arena.global()));
        } finally {
            Files.deleteIfExists(source);
            Files.deleteIfExists(library); // it is loaded
            Files.delete(folder);
        }
    }

    /** What a command says; that is an error if its status is not 0. */
    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return said;
    }

    /** What it was compiled by, as the compiler says it. */
    String compiler() {
        return compiler;
    }

    /** What it derives from a rate once. */
    MemorySegment rate(Rate rate, Arena arena) {
        try {
            MemorySegment made = arena.allocate((long) RATE_BYTES.invokeExact(rateBytes), 64);
            RATE_INIT.invokeExact(rateInit, made, rate.threshold());
            return made;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Drops and scales as {@link io.github.lanedrop.kernels.DropoutKernel#forward} does with a Bernoulli mask: any offset,
     * count and alignment, {@code src} and {@code dst} identical or disjoint, in native memory. Checks nothing.
     *
     * @param rate made by {@link #rate}
     */
    void forward(MemorySegment rate, Key key, long offset, MemorySegment src, MemorySegment dst, long elements) {
        try {
            DROPOUT.invokeExact(dropout, rate, key.seed(), key.stream(), offset, src, dst, elements);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
