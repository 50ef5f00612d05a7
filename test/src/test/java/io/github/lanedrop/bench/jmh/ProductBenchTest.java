package io.github.lanedrop.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.bench.peers.ProductPeer;
import io.github.lanedrop.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmarks compute the products that they say, of the shapes that they were given. */
final class ProductBenchTest {
    private static final int ROWS = 30;
    private static final int INNER = 40;
    private static final int COLUMNS = 20;

    private static ProductBench bench(String transposed) {
        ProductBench bench = new ProductBench();
        bench.shape = ROWS + "x" + INNER + "x" + COLUMNS;
        bench.transposed = transposed;
        bench.setUp();
        return bench;
    }

    private static float[] values(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static double at(Matrix matrix, int row, int column) {
        int stored = matrix.transposed() ? column * matrix.rows() + row : row * matrix.columns() + column;
        return matrix.segment().getAtIndex(ValueLayout.JAVA_FLOAT, stored);
    }

    private static double[] expected(ProductBench bench) {
        double[] c = new double[ROWS * COLUMNS];
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                for (int i = 0; i < INNER; i++) {
                    c[row * COLUMNS + column] += at(bench.a, row, i) * at(bench.b, i, column);
                }
            }
        }
        return c;
    }

    private static void assertProduct(ProductBench bench, double[] expected) {
        float[] c = values(bench.c.segment());
        assertThat(c).hasSize(expected.length);
        for (int i = 0; i < c.length; i++) {
            assertThat((double) c[i]).isCloseTo(expected[i], within(1e-4));
        }
        bench.c.segment().fill((byte) 0x7f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "a", "b"})
    void allWaysGiveTheProduct(String transposed) {
        ProductBench bench = bench(transposed);
        assertThat(bench.a.transposed()).isEqualTo(transposed.equals("a"));
        assertThat(bench.b.transposed()).isEqualTo(transposed.equals("b"));
        double[] expected = expected(bench);
        bench.product();
        assertProduct(bench, expected);
        bench.packedOnce();
        assertProduct(bench, expected);
        bench.twoThreads();
        assertProduct(bench, expected);
        bench.endThreads();
    }

    @Test
    void epilogueHasNothingNegativeAndDropsATenth() {
        ProductBench bench = bench("none");
        bench.epilogue();
        float[] c = values(bench.c.segment());
        double[] expected = expected(bench);
        int dropped = 0;
        int positive = 0;
        for (int i = 0; i < c.length; i++) {
            double activated = Math.max(0, expected[i] + bench.bias.getAtIndex(ValueLayout.JAVA_FLOAT, i % COLUMNS));
            if (activated > 1e-3) {
                positive++;
                dropped += c[i] == 0 ? 1 : 0;
            }
            if (c[i] != 0) {
                assertThat((double) c[i]).isCloseTo(activated / .9, within(1e-4));
            }
        }
        assertThat(positive).isGreaterThan(100);
        assertThat(Math.abs(dropped - positive * .1)).isLessThan(6 * Math.sqrt(positive * .09));
    }

    @Test
    void dropConnectIsAnotherProduct() {
        ProductBench bench = bench("none");
        bench.product();
        float[] whole = values(bench.c.segment());
        bench.dropConnect();
        assertThat(values(bench.c.segment())).isNotEqualTo(whole).doesNotContain(Float.NaN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "a", "b"})
    void peersGetTheSameMatrices(String transposed) {
        ProductPeerBench bench = new ProductPeerBench();
        bench.peer = NaiveProduct.ID;
        bench.shape = ROWS + "x" + INNER + "x" + COLUMNS;
        bench.transposed = transposed;
        bench.setUp();
        bench.product();
        float[] product = values(bench.result);
        double[] expected = expected(bench(transposed));
        assertThat(product).hasSize(expected.length);
        for (int i = 0; i < product.length; i++) {
            assertThat((double) product[i]).isCloseTo(expected[i], within(1e-4));
        }
        bench.epilogue();
        assertThat(values(bench.result)).as("the peer's own").containsOnly((float) .1);
        bench.tearDown();
    }

    /** Three loops; the epilogue shows the rate that it was given. */
    public static final class NaiveProduct implements ProductPeer {
        static final String ID = "naive";

        @Override
        public String id() {
            return ID;
        }

        @Override
        public String version() {
            return "three loops";
        }

        @Override
        public String description() {
            return "For tests.";
        }

        @Override
        public EpilogueKind epilogue() {
            return EpilogueKind.PASSES;
        }

        @Override
        public Work prepare(Task task) {
            return new Work() {
                @Override
                public void product() {
                    for (int row = 0; row < task.rows(); row++) {
                        for (int column = 0; column < task.columns(); column++) {
                            double sum = 0;
                            for (int i = 0; i < task.inner(); i++) {
                                int left = task.leftTransposed() ? i * task.rows() + row : row * task.inner() + i;
                                int right = task.rightTransposed()
                                        ? column * task.inner() + i
                                        : i * task.columns() + column;
                                sum += (double) task.left().getAtIndex(ValueLayout.JAVA_FLOAT, left)
                                        * task.right().getAtIndex(ValueLayout.JAVA_FLOAT, right);
                            }
                            task.result()
                                    .setAtIndex(
                                            ValueLayout.JAVA_FLOAT, (long) row * task.columns() + column, (float) sum);
                        }
                    }
                }

                @Override
                public void epilogue() {
                    for (long i = 0; i < (long) task.rows() * task.columns(); i++) {
                        task.result().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) task.rate());
                    }
                }

                @Override
                public MemorySegment result() {
                    return task.result();
                }

                @Override
                public void close() {}
            };
        }
    }
}
