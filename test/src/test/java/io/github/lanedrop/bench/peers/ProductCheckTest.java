package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** What multiplies matrices, and drops behind, is timed, what does not is refused. */
final class ProductCheckTest {
    /** A correct product peer whose parts a test replaces by wrong ones. */
    private static class HandProduct implements ProductPeer {
        private static final MemorySegment NOTHING = MemorySegment.NULL;

        Task task = new Task(0, 0, 0, false, false, NOTHING, NOTHING, NOTHING, NOTHING, .5, 1); // until it is asked
        int calls;
        private final Drops drops;

        HandProduct() {
            this(Drops.INDEPENDENTLY);
        }

        HandProduct(Drops drops) {
            this.drops = drops;
        }

        @Override
        public String id() {
            return "hand";
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public String description() {
            return "by hand";
        }

        @Override
        public EpilogueKind epilogue() {
            return EpilogueKind.PASSES;
        }

        float left(int row, int k) {
            return task.left()
                    .getAtIndex(JAVA_FLOAT, task.leftTransposed() ? k * task.rows() + row : row * task.inner() + k);
        }

        float right(int k, int column) {
            return task.right()
                    .getAtIndex(
                            JAVA_FLOAT,
                            task.rightTransposed() ? column * task.inner() + k : k * task.columns() + column);
        }

        float bias(int column) {
            return task.bias().getAtIndex(JAVA_FLOAT, column);
        }

        float result(float product, int row, int column, boolean epilogue) {
            if (!epilogue) {
                return product;
            }
            float active = Math.max(0, product + bias(column));
            return drops.isDropped(calls, row * task.columns() + column, task.rate())
                    ? 0
                    : active * (float) (1 / (1 - task.rate()));
        }

        private void multiply(boolean epilogue) {
            calls++;
            for (int row = 0; row < task.rows(); row++) {
                for (int column = 0; column < task.columns(); column++) {
                    float sum = 0;
                    for (int k = 0; k < task.inner(); k++) {
                        sum += left(row, k) * right(k, column);
                    }
                    task.result()
                            .setAtIndex(JAVA_FLOAT, row * task.columns() + column, result(sum, row, column, epilogue));
                }
            }
        }

        @Override
        public Work prepare(Task asked) {
            task = asked;
            return new Work() {
                @Override
                public void product() {
                    multiply(false);
                }

                @Override
                public void epilogue() {
                    multiply(true);
                }

                @Override
                public MemorySegment result() {
                    return task.result();
                }
            };
        }
    }

    private static void assertRefused(ProductPeer peer, String reason) {
        Refusals.assertRefused(PeerCheck.refusal(peer, 1), reason);
    }

    @Test
    void aRightPeerPasses() {
        assertThat(PeerCheck.refusal(new HandProduct(), 1)).isEmpty();
    }

    @Test
    void anEpilogueThatIsNotThereIsNotAsked() {
        assertThat(PeerCheck.refusal(
                        new HandProduct() {
                            @Override
                            public EpilogueKind epilogue() {
                                return EpilogueKind.NONE;
                            }

                            @Override
                            float bias(int column) {
                                throw new AssertionError("bias");
                            }
                        },
                        1))
                .isEmpty();
    }

    @Test
    void readsATransposedMatrixAsItLies() {
        assertRefused(
                new HandProduct() {
                    @Override
                    float left(int row, int k) {
                        return task.left().getAtIndex(JAVA_FLOAT, row * task.inner() + k);
                    }
                },
                "on 67 x 35 x 45, left transposed: element ");
        assertRefused(
                new HandProduct() {
                    @Override
                    float right(int k, int column) {
                        return task.right().getAtIndex(JAVA_FLOAT, k * task.columns() + column);
                    }
                },
                "on 67 x 35 x 45, right transposed: element ");
    }

    @Test
    void roundsToSixteenBits() {
        assertRefused(
                new HandProduct() {
                    @Override
                    float left(int row, int k) {
                        return Float.intBitsToFloat(Float.floatToRawIntBits(super.left(row, k)) & 0xFFFF0000);
                    }
                },
                "element ");
    }

    @Test
    void forgetsTheBias() {
        assertRefused(
                new HandProduct() {
                    @Override
                    float bias(int column) {
                        return 0;
                    }
                },
                "element ");
    }

    @Test
    void forgetsReLu() {
        assertRefused(
                new HandProduct() {
                    @Override
                    float result(float product, int row, int column, boolean epilogue) {
                        float right = super.result(product, row, column, epilogue);
                        return epilogue && product + bias(column) < 0 ? product + bias(column) : right;
                    }
                },
                "element ");
    }

    @Test
    void forgetsToDrop() {
        assertRefused(new HandProduct(Drops.NOTHING), "dropped elements");
    }

    @Test
    void dropsTheSameInEveryCall() {
        assertRefused(new HandProduct(Drops.THE_SAME_IN_EVERY_CALL), "two calls decide differently");
    }

    @Test
    void dropsNeighboursTogether() {
        assertRefused(new HandProduct(Drops.NEIGHBOURS_TOGETHER), "dropped pairs of neighbours");
    }

    @Test
    void aPeerThatFailsIsRefused() {
        assertRefused(
                new HandProduct() {
                    @Override
                    public Work prepare(Task asked) {
                        throw new UnsatisfiedLinkError("no BLAS");
                    }
                },
                "hand fails: java.lang.UnsatisfiedLinkError: no BLAS");
    }
}
