package io.github.lanedrop.bench.peers.onednn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.lanedrop.bench.peers.Peer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;

/** oneDNN's dropout attribute. */
public final class OneDnnPeer implements Peer {
    @Override
    public String id() {
        return "onednn";
    }

    @Override
    public String version() {
        return OneDnn.version();
    }

    @Override
    public String description() {
        return "The dropout attribute, which only the matrix product has, and only its reference implementation: a product of "
                + "a column with 1, written to dst, with a mask of one byte an element; backward multiplies by the mask.";
    }

    @Override
    public Set<Operation> operations() {
        return EnumSet.of(Operation.FORWARD, Operation.BACKWARD);
    }

    @Override
    public Work prepare(Task task) {
        return new Calls(task);
    }

    private static final class Calls implements Work {
        private final Task task;
        private final Arena arena = Arena.ofShared();
        private final OneDnn library;
        private final DropoutArguments dropout;
        private final OneDnn.Call forward;
        private final OneDnn.Call backward;

        Calls(Task task) {
            this.task = task;
            library = new OneDnn(task.threads());
            dropout = new DropoutArguments(library, task.elements(), 1, task.rate());
            dnnl_memory_desc column = library.matrix(dnnl.dnnl_f32, task.elements(), 1, false);
            dnnl_memory_desc one = library.matrix(dnnl.dnnl_f32, 1, 1, false);
            dnnl_memory dst = library.memory(column, task.dst());
            Map<Integer, dnnl_memory> arguments = new HashMap<>(dropout.arguments());
            arguments.put(dnnl.DNNL_ARG_SRC, library.memory(column, task.src()));
            arguments.put(dnnl.DNNL_ARG_WEIGHTS, library.memory(one, arena.allocateFrom(JAVA_FLOAT, 1)));
            arguments.put(dnnl.DNNL_ARG_DST, dst);
            forward = library.product(column, one, OneDnn.NO_BIAS, column, dropout.attribute(), arguments);
            backward = library.multiplication(
                    column,
                    dropout.maskKind(),
                    column,
                    library.followedBy(library.attributes(), dnnl.dnnl_eltwise_linear, (float) (1 / (1 - task.rate()))),
                    Map.of(
                            dnnl.DNNL_ARG_SRC_0,
                            library.memory(column, task.gradient()),
                            dnnl.DNNL_ARG_SRC_1,
                            dropout.mask(),
                            dnnl.DNNL_ARG_DST,
                            dst));
        }

        @Override
        public void forward() {
            dropout.nextSeed();
            forward.run();
        }

        @Override
        public void backward() {
            backward.run();
        }

        @Override
        public MemorySegment result() {
            return task.dst();
        }

        @Override
        public void close() {
            library.close();
            dropout.close();
            arena.close();
        }
    }
}
