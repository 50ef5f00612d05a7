package io.github.lanedrop.bench.peers.onednn;

import io.github.lanedrop.bench.peers.ProductPeer;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.global.dnnl;

/** A product of oneDNN on the caller's memory, alone and with bias and ReLU in the same call; each peer adds its dropout. */
abstract class OneDnnProduct implements ProductPeer.Work {
    private final ProductPeer.Task task;
    private final OneDnn library;
    private final OneDnn.Call alone;
    private final OneDnn.Call withBiasAndRelu;

    /**
     * @param library is closed with this
     * @param attributes what the product with bias and ReLU does besides; applied before ReLU
     * @param arguments of these attributes
     */
    OneDnnProduct(
            ProductPeer.Task task,
            OneDnn library,
            dnnl_primitive_attr attributes,
            Map<Integer, dnnl_memory> arguments) {
        this.task = task;
        this.library = library;
        dnnl_memory_desc left = library.matrix(dnnl.dnnl_f32, task.rows(), task.inner(), task.leftTransposed());
        dnnl_memory_desc right = library.matrix(dnnl.dnnl_f32, task.inner(), task.columns(), task.rightTransposed());
        dnnl_memory_desc bias = library.matrix(dnnl.dnnl_f32, 1, task.columns(), false);
        dnnl_memory_desc result = library.matrix(dnnl.dnnl_f32, task.rows(), task.columns(), false);
        Map<Integer, dnnl_memory> all = new HashMap<>(arguments);
        all.put(dnnl.DNNL_ARG_SRC, library.memory(left, task.left()));
        all.put(dnnl.DNNL_ARG_WEIGHTS, library.memory(right, task.right()));
        all.put(dnnl.DNNL_ARG_BIAS, library.memory(bias, task.bias()));
        all.put(dnnl.DNNL_ARG_DST, library.memory(result, task.result()));
        alone = library.product(left, right, OneDnn.NO_BIAS, result, library.attributes(), all);
        withBiasAndRelu = library.product(
                left, right, bias, result, library.followedBy(attributes, dnnl.dnnl_eltwise_relu, 0), all);
    }

    @Override
    public void product() {
        alone.run();
    }

    void withBiasAndRelu() {
        withBiasAndRelu.run();
    }

    @Override
    public MemorySegment result() {
        return task.result();
    }

    @Override
    public void close() {
        library.close();
    }
}
