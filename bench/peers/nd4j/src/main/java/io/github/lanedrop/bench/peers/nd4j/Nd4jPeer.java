package io.github.lanedrop.bench.peers.nd4j;

import io.github.lanedrop.bench.doctor.Cpu;
import io.github.lanedrop.bench.peers.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.random.impl.DropOutInverted;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J on the CPU. */
public final class Nd4jPeer implements Peer {
    @Override
    public String id() {
        return "nd4j";
    }

    @Override
    public String version() {
        return "ND4J " + release() + ", built for " + Build.choose();
    }

    private static String release() {
        Properties properties = new Properties();
        try (InputStream text = Objects.requireNonNull(
                Nd4j.class.getResourceAsStream("/META-INF/maven/org.nd4j/nd4j-api/pom.properties"),
                "ND4J's properties")) {
            properties.load(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    /** Libraries of ND4J. JavaCPP would take that for AVX-512 wherever it is on the class path, and crash. */
    private enum Build {
        AVX512("-avx512"),
        AVX2("-avx2"),
        ANY("");

        private final String extension;

        Build(String extension) {
            this.extension = extension;
        }

        /** Chooses the best that the CPU can run; call it before ND4J is used. */
        static Build choose() {
            List<String> features = Cpu.read().features().orElse(List.of());
            Build best = features.contains("avx512bw") ? AVX512 : features.contains("avx2") ? AVX2 : ANY;
            System.setProperty("org.bytedeco.javacpp.platform.extension", best.extension);
            return best;
        }
    }

    @Override
    public String description() {
        return "The operation DropOutInverted from and to arrays over the caller's memory: writes dst, stores no mask. It has "
                + "no backward.";
    }

    @Override
    public Set<Operation> operations() {
        return EnumSet.of(Operation.FORWARD, Operation.IN_PLACE);
    }

    @Override
    public Work prepare(Task task) {
        Build.choose();
        return new Calls(task);
    }

    private static final class Calls implements Work {
        private final Task task;
        private final INDArray src;
        private final INDArray dst;

        Calls(Task task) {
            Nd4j.getEnvironment().setMaxThreads(task.threads());
            Nd4j.getEnvironment().setMaxMasterThreads(task.threads());
            this.task = task;
            src = array(task.src());
            dst = array(task.dst());
        }

        private INDArray array(MemorySegment memory) {
            var pointer = new FloatPointer(
                    memory.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer());
            return Nd4j.create(
                    Nd4j.createBuffer(pointer, DataType.FLOAT, task.elements(), FloatIndexer.create(pointer)),
                    task.elements());
        }

        private void drop(INDArray from) {
            Nd4j.getExecutioner().exec(new DropOutInverted(from, dst, 1 - task.rate()));
        }

        @Override
        public void forward() {
            drop(src);
        }

        @Override
        public void inPlace() {
            drop(dst);
        }

        @Override
        public MemorySegment result() {
            return task.dst();
        }
    }
}
