package io.github.lanedrop.layers;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Tensors in files of the safetensors format, which PyTorch and its peers read and write.
 *
 * <pre>
 * 8 bytes   length of the header, little endian, at most 100,000,000
 * header    {"0.weight": {"dtype": "F32", "shape": [10, 64], "data_offsets": [0, 2560]}, ...}, padded with spaces
 * data      little-endian values, row-major, tensors back to back
 * </pre>
 *
 * <p>Only the data type {@code F32} is read and written. The metadata entry is checked and skipped.
 *
 * <p><b>Hostile files.</b> Reading trusts nothing: lengths are held against the file's size before memory is taken; the
 * header must be valid UTF-8, the JSON of exactly the shape above, with no name twice; every tensor's bytes must fit its
 * shape; the tensors must fill the data with neither holes nor overlaps. Whatever is wrong is an {@link IOException} that
 * says what and where.
 *
 * <p><b>Writing</b> goes to a new file next to the target, which is moved over it once it is complete: readers see the old
 * file or the new one.
 *
 * <p>Source: <a href="https://github.com/huggingface/safetensors">the format's description</a>.
 */
public final class Safetensors {
    private static final int BUFFER_BYTES = 1 << 16;

    private Safetensors() {}

    /**
     * Writes a model's parameters.
     *
     * @param path the file, made or replaced
     * @param parameters what to write, in this order
     * @throws IllegalArgumentException if a name appears twice or cannot be written
     * @throws IOException if the file cannot be written; the old one is as it was then
     */
    public static void save(Path path, List<Parameter> parameters) throws IOException {
        save(path, byName(parameters));
    }

    /**
     * Writes tensors.
     *
     * @param path the file, made or replaced
     * @param tensors what to write, by name, in the map's order
     * @throws IllegalArgumentException if a name cannot be written
     * @throws IOException if the file cannot be written; the old one is as it was then
     */
    public static void save(Path path, Map<String, Tensor> tensors) throws IOException {
        byte[] header = SafetensorsHeader.write(tensors);
        Path whole = path.toAbsolutePath();
        Path part = whole.resolveSibling("." + whole.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel file = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                write(file, length.putLong(0, header.length));
                write(file, ByteBuffer.wrap(header));
                for (Tensor tensor : tensors.values()) {
                    write(file, tensor.segment());
                }
                file.force(true);
            }
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * Reads all tensors.
     *
     * @param path the file
     * @return the tensors by name, in the order of the header
     * @throws IOException if the file cannot be read or is not valid
     */
    public static Map<String, Tensor> load(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            return load(file);
        } catch (SafetensorsHeader.InvalidException invalid) {
            throw new IOException(path + " is not a valid safetensors file: " + invalid.getMessage(), invalid);
        }
    }

    /**
     * Overwrites a model's parameters with those of a file: all of them, or none where anything does not fit or cannot be
     * written to.
     *
     * @param path the file; its names and shapes must be exactly those of the parameters
     * @param parameters what to overwrite
     * @throws IllegalArgumentException if a name or a shape does not fit, a name appears twice, or a parameter is read-only
     * @throws IllegalStateException if a parameter's arena is closed
     * @throws WrongThreadException if a parameter belongs to another thread
     * @throws IOException if the file cannot be read or is not valid
     */
    public static void loadInto(Path path, List<Parameter> parameters) throws IOException {
        Map<String, Tensor> targets = byName(parameters);
        Map<String, Tensor> loaded = load(path);
        List<String> misfits = new ArrayList<>();
        targets.forEach((name, target) -> {
            Tensor tensor = loaded.get(name);
            if (tensor == null) {
                misfits.add(name + " is missing");
            } else if (!Arrays.equals(tensor.shape(), target.shape())) {
                misfits.add(name + " must have the shape " + Arrays.toString(target.shape()) + ", got "
                        + Arrays.toString(tensor.shape()));
            } else if (target.segment().isReadOnly()) {
                misfits.add(name + " must be writable, got a read-only segment");
            }
        });
        loaded.keySet().stream()
                .filter(name -> !targets.containsKey(name))
                .forEach(name -> misfits.add(name + " is not a parameter"));
        if (!misfits.isEmpty()) {
            throw new IllegalArgumentException(path + " does not fit the model: " + String.join("; ", misfits));
        }
        parameters.forEach(Safetensors::requireAccess);
        for (Parameter parameter : parameters) {
            Tensor tensor = loaded.getOrDefault(parameter.name(), parameter.value());
            parameter.value().segment().copyFrom(tensor.segment());
        }
    }

    /** The exceptions that the JDK would throw in the middle of the copies. */
    private static void requireAccess(Parameter parameter) {
        MemorySegment segment = parameter.value().segment();
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException(parameter.name() + " must be in an open arena, got a closed one");
        }
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException(parameter.name() + " belongs to another thread");
        }
    }

    private static Map<String, Tensor> byName(List<Parameter> parameters) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            if (tensors.put(parameter.name(), parameter.value()) != null) {
                throw new IllegalArgumentException("names must be unique, got " + parameter.name() + " twice");
            }
        }
        return tensors;
    }

    private static Map<String, Tensor> load(FileChannel file) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        SafetensorsHeader.require(file.size() >= Long.BYTES, "it must have 8 bytes or more, got " + file.size());
        read(file, length, 0);
        int headerBytes = SafetensorsHeader.checkedLength(length.getLong(0), file.size() - Long.BYTES);
        ByteBuffer header = ByteBuffer.allocate(headerBytes);
        read(file, header, Long.BYTES);
        long dataStart = Long.BYTES + (long) headerBytes;
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (var entry : SafetensorsHeader.read(header.flip(), file.size() - dataStart)) {
            Tensor tensor = Tensor.zeros(entry.shape());
            read(file, tensor.segment(), dataStart + entry.begin());
            tensors.put(entry.name(), tensor);
        }
        return tensors;
    }

    private static void read(FileChannel file, MemorySegment segment, long position) throws IOException {
        byte[] bytes = new byte[(int) Math.min(BUFFER_BYTES, segment.byteSize())];
        for (long at = 0; at < segment.byteSize(); at += bytes.length) {
            int count = (int) Math.min(bytes.length, segment.byteSize() - at);
            read(file, ByteBuffer.wrap(bytes, 0, count), position + at);
            MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, at, count);
        }
    }

    private static void read(FileChannel file, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int count = file.read(buffer, at);
            if (count < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
            at += count;
        }
    }

    private static void write(FileChannel file, MemorySegment segment) throws IOException {
        byte[] bytes = new byte[(int) Math.min(BUFFER_BYTES, segment.byteSize())];
        for (long at = 0; at < segment.byteSize(); at += bytes.length) {
            int count = (int) Math.min(bytes.length, segment.byteSize() - at);
            MemorySegment.copy(segment, JAVA_BYTE, at, bytes, 0, count);
            write(file, ByteBuffer.wrap(bytes, 0, count));
        }
    }

    private static void write(FileChannel file, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
    }
}
