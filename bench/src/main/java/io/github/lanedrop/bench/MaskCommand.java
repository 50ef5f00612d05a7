package io.github.lanedrop.bench;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes a mask, for other programs and languages to check themselves against. */
@Command(
        name = "mask",
        description = "Write which elements of a mask are kept (1) and dropped (0).",
        footer = {
            "%nFormats:",
            "  hex     eight elements a byte, the first in the lowest bit",
            "  sha256  the SHA-256 digest of those bytes",
            "  npy     a NumPy file of one uint8 an element, 0 or 1; needs --output",
            "%nThe first worked example of MASKSTREAM.md:",
            "  lanedrop mask --seed 2026 --rate 0.1 --elements 64",
            "  fffefeafffffefff"
        },
        sortOptions = false)
final class MaskCommand implements Callable<Integer> {
    /** Elements drawn at once: what memory this needs does not depend on what was asked for. */
    private static final int CHUNK_ELEMENTS = 1 << 20;

    private static final int NPY_ALIGNMENT = 64;

    private final PrintStream out;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private KeyOptions options = new KeyOptions();

    @Option(
            names = "--rate",
            required = true,
            paramLabel = "P",
            converter = RateConverter.class,
            description = "The probability to drop, 0 to 1, for example 0.1 or 1/3.")
    private Rate rate = Rate.drop(0);

    @Option(
            names = "--offset",
            paramLabel = "I",
            defaultValue = "0",
            description = "The mask's index of the first element (default: ${DEFAULT-VALUE}).")
    private long offset;

    @Option(
            names = "--elements",
            paramLabel = "N",
            defaultValue = "64",
            description = "How many elements; billions stream through (default: ${DEFAULT-VALUE}).")
    private long elements;

    @Option(
            names = "--format",
            paramLabel = "F",
            defaultValue = "hex",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.hex;

    @Option(names = "--output", paramLabel = "FILE", description = "Write here instead of to standard output.")
    private Optional<Path> output = Optional.empty();

    /** Named as typed. */
    enum Format {
        hex,
        sha256,
        npy
    }

    MaskCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        BernoulliMask mask = new BernoulliMask(rate, options.key());
        refuseIf(elements < 0, "elements must be 0 or more, got " + elements);
        refuseIf(
                offset < 0 || offset > Long.MAX_VALUE - elements,
                "offset must be in [0, 2^63 - 1 - elements], got " + offset);
        refuseIf(format == Format.npy && output.isEmpty(), "npy is binary and needs --output FILE");
        if (output.isPresent()) {
            try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(output.get()), 1 << 16)) {
                write(mask, file);
            }
        } else {
            write(mask, out);
        }
        return CommandLine.ExitCode.OK;
    }

    private void refuseIf(boolean bad, String message) {
        if (bad) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private void write(BernoulliMask mask, OutputStream to) throws IOException {
        switch (format) {
            case hex -> {
                HexFormat hex = HexFormat.of();
                eachChunk(
                        mask,
                        (bits, bytes, _) ->
                                to.write(hex.formatHex(bits, 0, bytes).getBytes(StandardCharsets.US_ASCII)));
                to.write('\n');
            }
            case sha256 -> {
                MessageDigest digest = sha256();
                eachChunk(mask, (bits, bytes, _) -> digest.update(bits, 0, bytes));
                to.write((HexFormat.of().formatHex(digest.digest()) + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            case npy -> {
                to.write(npyHeader(elements));
                byte[] flags = new byte[CHUNK_ELEMENTS];
                eachChunk(mask, (bits, _, count) -> {
                    for (int i = 0; i < count; i++) {
                        flags[i] = (byte) ((bits[i >>> 3] >>> (i & 7)) & 1);
                    }
                    to.write(flags, 0, count);
                });
            }
        }
    }

    /** Keep bits of {@code count} elements in the first {@code bytes} bytes. */
    private interface Chunk {
        void accept(byte[] bits, int bytes, int count) throws IOException;
    }

    private void eachChunk(BernoulliMask mask, Chunk chunk) throws IOException {
        byte[] bits = new byte[CHUNK_ELEMENTS / Byte.SIZE];
        for (long at = 0; at < elements; at += CHUNK_ELEMENTS) {
            int count = (int) Math.min(CHUNK_ELEMENTS, elements - at);
            DropoutKernel.keepBits(mask, offset + at, MemorySegment.ofArray(bits), count);
            chunk.accept(bits, (count + 7) / Byte.SIZE, count);
            if (out.checkError()) {
                throw new IOException(Lanedrop.LOST_OUTPUT); // before all the rest is drawn for nobody
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }

    /** Format version 1.0: magic, version, the length of the rest, a Python dictionary padded to a multiple of 64. */
    private static byte[] npyHeader(long elements) {
        String dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + elements + ",), }";
        int prefix = 10;
        int padding = NPY_ALIGNMENT - (prefix + dictionary.length() + 1) % NPY_ALIGNMENT;
        byte[] rest = (dictionary + " ".repeat(padding % NPY_ALIGNMENT) + "\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(prefix + rest.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) rest.length)
                .put(rest)
                .array();
    }
}
