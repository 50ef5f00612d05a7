package io.github.lanedrop.bench;

import io.github.lanedrop.bench.demo.Demo.Progress;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes raw random bytes, for the standard batteries of tests. */
@Command(
        name = "dump",
        description = "Write raw random bytes for batteries of statistical tests, without end unless told.",
        footer = {
            "%nWhat is written:",
            "  stream  the generator's byte stream",
            "  mask    at rate 1/2 the keep bits, eight elements a byte, the first in the lowest bit; at other rates",
            "          fair bits made of them: a pattern of eight elements gives its rank among the patterns that keep",
            "          as many, which is uniform if elements are independent, and says nothing of the rate",
            "%nFor example:",
            "  lanedrop dump --seed 2026 --rate 0.1 | dieharder -a -g 200",
            "  lanedrop dump --seed 2026 --bytes 100000000 | ent"
        },
        sortOptions = false)
final class DumpCommand implements Callable<Integer> {
    /** Made at once: what memory this needs does not depend on what was asked for. */
    private static final int CHUNK_BYTES = 1 << 20;

    private static final Rate HALF = Rate.drop(0.5);

    private final PrintStream out;
    private final PrintStream err;

    private boolean hadEnough;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--what",
            paramLabel = "W",
            defaultValue = "mask",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private What what = What.mask;

    @Mixin
    private KeyOptions options = new KeyOptions();

    @Option(
            names = "--rate",
            paramLabel = "P",
            converter = RateConverter.class,
            description = "The mask's probability to drop, above 0 and below 1 (default: 1/2).")
    private Optional<Rate> rate = Optional.empty();

    @Option(
            names = "--bytes",
            paramLabel = "N",
            description = "How many bytes; without, until nobody reads any more from standard output.")
    private Optional<Long> bytes = Optional.empty();

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Write here instead of to standard output; needs --bytes.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--no-progress", description = "No progress bar; there is none without a terminal anyway.")
    private boolean noProgress;

    /** Named as typed. */
    enum What {
        stream,
        mask
    }

    /** Makes bytes, on and on. */
    private interface Source {
        byte[] next();
    }

    DumpCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        Key key = options.key();
        refuseIf(bytes.isPresent() && bytes.get() < 0, "bytes must be 0 or more, got " + bytes.orElse(0L));
        refuseIf(what == What.stream && rate.isPresent(), "the byte stream has no rate: give --rate with --what mask");
        refuseIf(
                rate.isPresent() && (rate.get().keepsAll() || rate.get().dropsAll()),
                "rate must be above 0 and below 1: other masks draw no bits");
        refuseIf(output.isPresent() && bytes.isEmpty(), "a file needs --bytes N");
        refuseIf(output.isEmpty() && Bars.isTerminal(), "raw bytes garble a terminal: use a pipe or --output FILE");
        Source source = source(key);
        if (bytes.isEmpty()) {
            while (!out.checkError()) { // the reader had enough: that is how it ends
                out.writeBytes(source.next());
            }
            hadEnough = true;
        } else if (output.isPresent()) {
            try (OutputStream file = Files.newOutputStream(output.get())) {
                write(source, bytes.get(), file);
            }
        } else {
            write(source, bytes.get(), out);
        }
        return CommandLine.ExitCode.OK;
    }

    /** Whether this has written without end, until its reader had enough. */
    boolean readerHadEnough() {
        return hadEnough;
    }

    private void refuseIf(boolean bad, String message) {
        if (bad) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private void write(Source source, long bytes, OutputStream to) throws IOException {
        Progress progress = noProgress ? Progress.SILENT : Bars.on(err);
        try (Progress.Task task = progress.begin("dump", bytes / CHUNK_BYTES)) {
            long mebibytes = 0;
            for (long done = 0; done < bytes; ) {
                byte[] next = source.next();
                int count = (int) Math.min(next.length, bytes - done);
                to.write(next, 0, count);
                done += count;
                for (; mebibytes < done / CHUNK_BYTES; mebibytes++) {
                    task.step();
                }
                if (out.checkError()) {
                    throw new IOException(Lanedrop.LOST_OUTPUT); // before all the rest is drawn for nobody
                }
            }
        }
    }

    private Source source(Key key) {
        byte[] chunk = new byte[CHUNK_BYTES];
        if (what == What.stream) {
            return new Source() {
                private long block;

                @Override
                public byte[] next() {
                    int blocks = CHUNK_BYTES / Philox4x32.BLOCK_BYTES;
                    ByteStream.fill(key.seed(), key.stream(), block, chunk, 0, blocks);
                    block += blocks;
                    return chunk;
                }
            };
        }
        var mask = new BernoulliMask(rate.orElse(HALF), key);
        Source keepBits = new Source() {
            private long element;

            @Override
            public byte[] next() {
                long elements = (long) CHUNK_BYTES * Byte.SIZE;
                DropoutKernel.keepBits(mask, element, MemorySegment.ofArray(chunk), elements);
                element += elements;
                return chunk;
            }
        };
        if (mask.rate().equals(HALF)) {
            return keepBits;
        }
        FairBits fair = new FairBits();
        return () -> fair.take(keepBits.next());
    }
}
