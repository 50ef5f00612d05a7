package io.github.lanedrop.bench.peers.onednn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/** oneDNN's C interface on the CPU, as far as the peers need it, and all the objects that one work has made of it. */
final class OneDnn implements AutoCloseable {
    /** A description with an address of 0. */
    static final dnnl_memory_desc NO_BIAS = new dnnl_memory_desc();

    private final Deque<Runnable> made = new ArrayDeque<>();
    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream stream = new dnnl_stream();

    /** @param threads for the calls of this thread, through OpenMP */
    OneDnn(int threads) {
        made(engine, dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), dnnl::dnnl_engine_destroy);
        made(
                stream,
                dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags),
                dnnl::dnnl_stream_destroy);
        setThreads(threads);
    }

    static String version() {
        return "oneDNN " + dnnl.DNNL_VERSION_MAJOR + "." + dnnl.DNNL_VERSION_MINOR + "." + dnnl.DNNL_VERSION_PATCH
                + " through JavaCPP";
    }

    @SuppressWarnings("restricted")
    private static void setThreads(int threads) {
        var set = Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.loaderLookup().findOrThrow("omp_set_num_threads"),
                        FunctionDescriptor.ofVoid(JAVA_INT));
        try {
            set.invokeExact(threads);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(int status) {
        if (status != dnnl.dnnl_success) {
            throw new IllegalStateException("oneDNN's status is " + status);
        }
    }

    private <T> T made(T object, int status, ToIntFunction<T> destroy) {
        check(status);
        made.push(() -> check(destroy.applyAsInt(object)));
        return object;
    }

    /** A dense matrix, by rows or, transposed, by columns. */
    dnnl_memory_desc matrix(int type, long rows, long columns, boolean transposed) {
        var matrix = new dnnl_memory_desc();
        long[] strides = transposed ? new long[] {1, rows} : new long[] {columns, 1};
        return made(
                matrix,
                dnnl.dnnl_memory_desc_create_with_strides(matrix, 2, new long[] {rows, columns}, type, strides),
                dnnl::dnnl_memory_desc_destroy);
    }

    dnnl_memory_desc scalar(int type) {
        var scalar = new dnnl_memory_desc();
        return made(
                scalar,
                dnnl.dnnl_memory_desc_create_with_strides(scalar, 1, new long[] {1}, type, new long[] {1}),
                dnnl::dnnl_memory_desc_destroy);
    }

    /** The caller's memory, which must outlive this. */
    dnnl_memory memory(dnnl_memory_desc kind, MemorySegment segment) {
        var memory = new dnnl_memory();
        return made(
                memory,
                dnnl.dnnl_memory_create(memory, kind, engine, new Pointer(segment.asByteBuffer())),
                dnnl::dnnl_memory_destroy);
    }

    dnnl_primitive_attr attributes() {
        var attributes = new dnnl_primitive_attr();
        return made(attributes, dnnl.dnnl_primitive_attr_create(attributes), dnnl::dnnl_primitive_attr_destroy);
    }

    /** Adds to the attributes what follows the primitive: a function of each element, with its first parameter. */
    dnnl_primitive_attr followedBy(dnnl_primitive_attr attributes, int function, float parameter) {
        var operations = new dnnl_post_ops();
        made(operations, dnnl.dnnl_post_ops_create(operations), dnnl::dnnl_post_ops_destroy);
        check(dnnl.dnnl_post_ops_append_eltwise(operations, function, parameter, 0));
        check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, operations));
        return attributes;
    }

    /** Adds dropout to the attributes. */
    dnnl_primitive_attr dropping(dnnl_primitive_attr attributes, dnnl_memory_desc mask) {
        check(dnnl.dnnl_primitive_attr_set_dropout(attributes, mask));
        return attributes;
    }

    Call product(
            dnnl_memory_desc left,
            dnnl_memory_desc right,
            dnnl_memory_desc bias,
            dnnl_memory_desc result,
            dnnl_primitive_attr attributes,
            Map<Integer, dnnl_memory> arguments) {
        var description = new dnnl_primitive_desc();
        return call(
                description,
                dnnl.dnnl_matmul_primitive_desc_create(description, engine, left, right, bias, result, attributes),
                arguments);
    }

    Call multiplication(
            dnnl_memory_desc left,
            dnnl_memory_desc right,
            dnnl_memory_desc result,
            dnnl_primitive_attr attributes,
            Map<Integer, dnnl_memory> arguments) {
        var description = new dnnl_primitive_desc();
        return call(
                description,
                dnnl.dnnl_binary_primitive_desc_create(
                        description, engine, dnnl.dnnl_binary_mul, left, right, result, attributes),
                arguments);
    }

    private Call call(dnnl_primitive_desc description, int status, Map<Integer, dnnl_memory> arguments) {
        made(description, status, dnnl::dnnl_primitive_desc_destroy);
        var primitive = new dnnl_primitive();
        made(primitive, dnnl.dnnl_primitive_create(primitive, description), dnnl::dnnl_primitive_destroy);
        var list = new dnnl_exec_arg_t(arguments.size());
        int count = 0;
        for (var argument : arguments.entrySet()) {
            list.getPointer(count++).arg(argument.getKey()).memory(argument.getValue());
        }
        made.push(list::close);
        return new Call(primitive, stream, count, list);
    }

    /** A primitive with its arguments. */
    record Call(dnnl_primitive primitive, dnnl_stream stream, int count, dnnl_exec_arg_t arguments) {
        void run() {
            check(dnnl.dnnl_primitive_execute(primitive, stream, count, arguments));
            check(dnnl.dnnl_stream_wait(stream));
        }
    }

    @Override
    public void close() {
        made.forEach(Runnable::run); // the last one first
    }
}
