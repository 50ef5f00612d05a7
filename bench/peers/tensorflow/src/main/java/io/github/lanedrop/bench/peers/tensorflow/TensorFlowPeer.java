package io.github.lanedrop.bench.peers.tensorflow;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.lanedrop.bench.peers.Peer;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;

/** TensorFlow on the CPU, from Java. */
public final class TensorFlowPeer implements Peer {
    @Override
    public String id() {
        return "tensorflow";
    }

    @Override
    public String version() {
        return "TensorFlow " + TensorFlow.version() + " from Java";
    }

    @Override
    public String description() {
        return "Java has no dropout: the operations of Python's tf.nn.dropout (random uniform, greater or equal, multiply, "
                + "select) as a graph in a session; allocates its output and a mask of one byte an element in each forward, "
                + "its output in each backward. src and the gradient are copied to tensors once.";
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
        private final TFloat32 src;
        private final TFloat32 gradient;
        private final Graph graph = new Graph();
        private final Placeholder<TFloat32> x;
        private final Placeholder<TBool> kept;
        private final Operand<TBool> drawn;
        private final Operand<TFloat32> dropped;
        private final Operand<TFloat32> droppedGradient;
        private final Session session;
        private Result forward;
        private Result backward;
        private Result result;

        Calls(Task task) {
            this.task = task;
            src = tensor(task.src());
            gradient = tensor(task.gradient());
            Ops tf = Ops.create(graph);
            x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(task.elements())));
            kept = tf.placeholder(TBool.class, Placeholder.shape(Shape.of(task.elements())));
            drawn = tf.math.greaterEqual(
                    tf.random.randomUniform(tf.constant(new int[] {task.elements()}), TFloat32.class),
                    tf.constant((float) task.rate()));
            Operand<TFloat32> scaled = tf.math.mul(x, tf.constant((float) (1 / (1 - task.rate()))));
            dropped = tf.select(drawn, scaled, tf.constant(0f));
            droppedGradient = tf.select(kept, scaled, tf.constant(0f));
            session = new Session(
                    graph,
                    ConfigProto.newBuilder()
                            .setIntraOpParallelismThreads(task.threads())
                            .setInterOpParallelismThreads(1)
                            .build());
            forward = runForward();
            backward = runBackward();
            result = forward;
        }

        private TFloat32 tensor(MemorySegment memory) {
            float[] elements =
                    memory.asSlice(0, (long) Float.BYTES * task.elements()).toArray(JAVA_FLOAT);
            return TFloat32.tensorOf(Shape.of(elements.length), DataBuffers.of(elements, true, false));
        }

        private Result runForward() {
            return session.runner().feed(x, src).fetch(dropped).fetch(drawn).run();
        }

        private Result runBackward() {
            return session.runner()
                    .feed(x, gradient)
                    .feed(kept, forward.get(1))
                    .fetch(droppedGradient)
                    .run();
        }

        @Override
        public void forward() {
            forward.close(); // before the call, so that its memory can be used again
            forward = runForward();
            result = forward;
        }

        @Override
        public void backward() {
            backward.close();
            backward = runBackward();
            result = backward;
        }

        @Override
        public MemorySegment result() {
            float[] elements = new float[task.elements()];
            ((TFloat32) result.get(0)).copyTo(DataBuffers.of(elements, false, false));
            return MemorySegment.ofArray(elements);
        }

        @Override
        public boolean allocates() {
            return true;
        }

        @Override
        public void close() {
            forward.close();
            backward.close();
            session.close();
            graph.close();
            src.close();
            gradient.close();
        }
    }
}
