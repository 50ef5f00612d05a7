package io.github.lanedrop.bench.peers.onednn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.global.dnnl;

/** What the dropout attribute asks for beside the arguments of its primitive: a mask of a byte an element, rate and seed. */
final class DropoutArguments implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment seed = arena.allocate(JAVA_INT);
    private final OneDnn library;
    private final dnnl_memory_desc maskKind;
    private final dnnl_memory mask;
    private final Map<Integer, dnnl_memory> arguments;

    DropoutArguments(OneDnn library, long rows, long columns, double rate) {
        this.library = library;
        maskKind = library.matrix(dnnl.dnnl_u8, rows, columns, false);
        mask = library.memory(maskKind, arena.allocate(rows * columns, 64));
        arguments = Map.of(
                dnnl.DNNL_ARG_ATTR_DROPOUT_MASK,
                mask,
                dnnl.DNNL_ARG_ATTR_DROPOUT_PROBABILITY,
                library.memory(library.scalar(dnnl.dnnl_f32), arena.allocateFrom(JAVA_FLOAT, (float) rate)),
                dnnl.DNNL_ARG_ATTR_DROPOUT_SEED,
                library.memory(library.scalar(dnnl.dnnl_s32), seed));
    }

    dnnl_primitive_attr attribute() {
        return library.dropping(library.attributes(), maskKind);
    }

    dnnl_memory_desc maskKind() {
        return maskKind;
    }

    dnnl_memory mask() {
        return mask;
    }

    Map<Integer, dnnl_memory> arguments() {
        return arguments;
    }

    /** The next call draws another mask. */
    void nextSeed() {
        seed.set(JAVA_INT, 0, seed.get(JAVA_INT, 0) + 1);
    }

    @Override
    public void close() {
        arena.close();
    }
}
