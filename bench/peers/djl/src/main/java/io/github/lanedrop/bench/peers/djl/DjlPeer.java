package io.github.lanedrop.bench.peers.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.Dropout;
import ai.djl.pytorch.jni.JniUtils;
import io.github.lanedrop.bench.peers.Peer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;

/** PyTorch on the CPU, through the Deep Java Library. */
public final class DjlPeer implements Peer {
    static {
        // nothing is downloaded and nobody called at run time: the jars hold all that is needed
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    @Override
    public String id() {
        return "djl";
    }

    @Override
    public String version() {
        Engine engine = Engine.getEngine("PyTorch");
        return "PyTorch " + engine.getVersion() + " through DJL " + Engine.getDjlVersion()
                + (JniUtils.getFeatures().contains("MKL") ? ", with MKL" : ", without MKL");
    }

    @Override
    public String description() {
        return "Dropout.dropout on an array over the caller's memory: allocates its output and a mask of one float an element. "
                + "DJL has no dropout in place, and no backward apart from its forward.";
    }

    @Override
    public Set<Operation> operations() {
        return EnumSet.of(Operation.FORWARD);
    }

    @Override
    public Work prepare(Task task) {
        return new Calls(task);
    }

    private static final class Calls implements Work {
        private final NDManager manager = NDManager.newBaseManager("PyTorch");
        private final NDArray src;
        private final float rate;
        private NDList result = new NDList();

        Calls(Task task) {
            JniUtils.setNumThreads(task.threads());
            rate = (float) task.rate();
            src = manager.create(
                    task.src().asByteBuffer().order(ByteOrder.nativeOrder()),
                    new Shape(task.elements()),
                    DataType.FLOAT32);
        }

        @Override
        public void forward() {
            result.close(); // before the call, so that its memory can be used again
            result = Dropout.dropout(src, rate, true);
        }

        @Override
        public MemorySegment result() {
            return MemorySegment.ofBuffer(result.singletonOrThrow().toByteBuffer(true));
        }

        @Override
        public boolean allocates() {
            return true;
        }

        @Override
        public void close() {
            manager.close(); // and all its arrays
        }
    }
}
