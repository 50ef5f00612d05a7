package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.bench.peers.Peers;
import io.github.lanedrop.bench.peers.ProductPeer;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Other people's matrix products on one thread, on the matrices of {@link ProductBench}. */
public class ProductPeerBench extends Bench {
    private static final double RATE = .1;

    /** Of small products. */
    private static final long WARM_UP_NANOS = 1_000_000_000;

    /** Who multiplies: none is on the class path unasked. */
    @Param("openblas")
    public String peer;

    /** Rows, inner size and columns. */
    @Param({"512x512x512", "1024x1024x1024", "128x784x512", "128x512x10"})
    public String shape;

    /** Which operand lies transposed in memory. */
    @Param({"none", "a", "b"})
    public String transposed;

    MemorySegment result;
    ProductPeer.Work work;

    /**
     * Fills the matrices, and makes the peer ready. An epilogue may be a pass of this library's: of products as large as these
     * too few are made for it to be compiled, so that it is first called behind small ones.
     */
    @Setup
    public void setUp() {
        try (ProductPeer.Work small = prepare(Shape.of("128x1x512"), zeros(128L * 512))) {
            long end = System.nanoTime() + WARM_UP_NANOS;
            while (System.nanoTime() < end) {
                small.epilogue();
            }
        }
        Shape sizes = Shape.of(shape);
        result = zeros((long) sizes.rows() * sizes.columns());
        work = prepare(sizes, result);
    }

    private ProductPeer.Work prepare(Shape sizes, MemorySegment to) {
        return Peers.findProduct(peer)
                .prepare(new ProductPeer.Task(
                        sizes.rows(),
                        sizes.inner(),
                        sizes.columns(),
                        transposed.equals("a"),
                        transposed.equals("b"),
                        operand((long) sizes.rows() * sizes.inner()),
                        operand((long) sizes.inner() * sizes.columns()),
                        operand(sizes.columns()),
                        to,
                        RATE,
                        1));
    }

    /** Gives back what the peer holds. */
    @TearDown
    public void tearDown() {
        work.close();
    }

    /** The product alone. */
    @Benchmark
    public void product() {
        work.product();
    }

    /** Bias, ReLU and dropout at 0.1 behind the product, as the peer does them. */
    @Benchmark
    public void epilogue() {
        work.epilogue();
    }
}
