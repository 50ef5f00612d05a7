package io.github.lanedrop.bench.peers.torch;

import io.github.lanedrop.bench.peers.Peer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** PyTorch on the CPU, through JavaCPP. */
public final class TorchPeer implements Peer {
    @Override
    public String id() {
        return "torch";
    }

    @Override
    public String version() {
        return "PyTorch " + torch.TORCH_VERSION + " through JavaCPP, " + (torch.hasMKL() ? "with" : "without") + " MKL";
    }

    @Override
    public String description() {
        return "native_dropout, native_dropout_backward and dropout_ on tensors over the caller's memory: allocates its output "
                + "and a mask of one byte an element in each forward, its output in each backward, a mask of one float an element in place.";
    }

    @Override
    public Set<Operation> operations() {
        return EnumSet.allOf(Operation.class);
    }

    @Override
    public Work prepare(Task task) {
        return new Calls(task);
    }

    private static final class Calls implements Work {
        private final int elements;
        private final double rate;
        private final Tensor src;
        private final Tensor gradient;
        private final Tensor dst;
        private final BoolOptional train = new BoolOptional(true);
        private T_TensorTensor_T forward = new T_TensorTensor_T();
        private Tensor backward = new Tensor();
        private Tensor result = backward;

        Calls(Task task) {
            torch.set_num_threads(task.threads());
            elements = task.elements();
            rate = task.rate();
            src = tensor(task.src());
            gradient = tensor(task.gradient());
            dst = tensor(task.dst());
        }

        private Tensor tensor(MemorySegment memory) {
            var buffer = memory.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
            return torch.from_blob(new FloatPointer(buffer), elements);
        }

        @Override
        public void forward() {
            forward.close(); // before the call, so that its memory can be used again
            forward = torch.native_dropout(src, rate, train);
            result = forward.get0();
        }

        @Override
        public void backward() {
            backward.close();
            backward = torch.native_dropout_backward(gradient, forward.get1(), 1 / (1 - rate));
            result = backward;
        }

        @Override
        public void inPlace() {
            torch.dropout_(dst, rate, true);
        }

        @Override
        public MemorySegment result() {
            return MemorySegment.ofBuffer(
                    result.data_ptr_float().capacity(elements).asByteBuffer());
        }

        @Override
        public boolean allocates() {
            return true;
        }

        @Override
        public void close() {
            forward.close();
            backward.close();
            src.close();
            gradient.close();
            dst.close();
            train.close();
        }
    }
}
