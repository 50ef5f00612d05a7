package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What computes dropout is timed, what does not is refused, with the reason. */
final class PeerCheckTest {
    private static List<Peer> builtIn() {
        return List.of(
                new LanedropPeer(),
                new SplittableRandomLoop(),
                new ThreadLocalRandomLoop(),
                new CommonsRngLoop(),
                new WeakHashLoop());
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void thePeersWithoutALibraryComputeDropout(Peer peer) {
        assertThat(PeerCheck.refusal(peer, 1)).isEmpty();
    }

    @Test
    void theLibraryComputesDropoutOnTwoThreads() {
        assertThat(PeerCheck.refusal(new LanedropPeer(), 2)).isEmpty();
    }

    @Test
    void aRightPeerPasses() {
        assertThat(PeerCheck.refusal(new HandPeer(), 1)).isEmpty();
    }

    @Test
    void droppedByMultiplicationPasses() {
        assertThat(PeerCheck.refusal(
                        new HandPeer() {
                            @Override
                            float dropped(float x) {
                                return x * 0;
                            }
                        },
                        1))
                .isEmpty();
    }

    @Test
    void whatItCannotDoIsNotAsked() {
        assertThat(PeerCheck.refusal(
                        new HandPeer() {
                            @Override
                            public Set<Operation> operations() {
                                return EnumSet.of(Operation.FORWARD);
                            }

                            @Override
                            void backward() {
                                throw new AssertionError("backward");
                            }

                            @Override
                            void inPlace() {
                                throw new AssertionError("in place");
                            }
                        },
                        1))
                .isEmpty();
    }

    private static void assertRefused(Peer peer, String reason) {
        Refusals.assertRefused(PeerCheck.refusal(peer, 1), reason);
    }

    @Test
    void keepsEverything() {
        assertRefused(
                new HandPeer(Drops.NOTHING), "at rate 0.1 on 1,003 elements: 0 dropped elements, expected 100 +- 57");
    }

    @Test
    void doesNotScale() {
        assertRefused(
                new HandPeer() {
                    @Override
                    float kept(float x) {
                        return x;
                    }
                },
                "neither 0 nor");
    }

    @Test
    void scalesByFiveUlpTooMuch() {
        assertRefused(
                new HandPeer() {
                    @Override
                    float kept(float x) {
                        float kept = (float) (x / (1 - task.rate()));
                        return kept + 5 * Math.ulp(kept);
                    }
                },
                "neither 0 nor");
    }

    @Test
    void dropsAtAnotherRate() {
        assertRefused(
                new HandPeer((call, element, rate) -> Drops.uniform(call, element) < rate * 1.03),
                "at rate 0.1 on 1,048,576 elements: ");
    }

    @Test
    void quantisesTheRate() {
        assertRefused(
                new HandPeer(
                        (call, element, rate) -> (int) (Drops.uniform(call, element) * 16) < Math.round(rate * 16)),
                "dropped elements, expected 104,858");
    }

    @Test
    void dropsTheSameInEveryCall() {
        assertRefused(new HandPeer(Drops.THE_SAME_IN_EVERY_CALL), "0 elements that two calls decide differently");
    }

    @Test
    void dropsTheOppositeInTheNextCall() {
        assertRefused(
                new HandPeer((call, element, rate) -> {
                    double uniform = Drops.uniform((call + 1) / 2, element);
                    return (call % 2 == 0 ? uniform : 1 - uniform) < rate;
                }),
                "elements that two calls decide differently");
    }

    @ParameterizedTest
    @ValueSource(ints = {300_000, 500_000})
    void repeatsItself(int period) {
        assertRefused(
                new HandPeer((call, element, rate) -> Drops.INDEPENDENTLY.isDropped(call, element % period, rate)),
                "the mask repeats itself after " + period + " elements");
    }

    @Test
    void dropsNeighboursTogether() {
        assertRefused(new HandPeer(Drops.NEIGHBOURS_TOGETHER), "dropped pairs of neighbours");
    }

    @Test
    void leavesTheTail() {
        assertRefused(
                new HandPeer() {
                    @Override
                    void drop(int call, MemorySegment from, MemorySegment to) {
                        float last = to.getAtIndex(JAVA_FLOAT, task.elements() - 1);
                        super.drop(call, from, to);
                        to.setAtIndex(JAVA_FLOAT, task.elements() - 1, last);
                    }
                },
                "element 1002 is NaN");
    }

    @Test
    void changesWhatItReads() {
        assertRefused(
                new HandPeer() {
                    @Override
                    void backward() {
                        super.backward();
                        task.gradient().setAtIndex(JAVA_FLOAT, 7, 0);
                    }
                },
                "the gradient is changed at element 7");
        assertRefused(
                new HandPeer() {
                    @Override
                    void forward() {
                        super.forward();
                        task.src().setAtIndex(JAVA_FLOAT, 7, 5);
                    }
                },
                "element 7");
    }

    @Test
    void backwardDrawsAMaskOfItsOwn() {
        assertRefused(
                new HandPeer() {
                    @Override
                    void backward() {
                        drop(++calls, task.gradient(), task.dst());
                    }
                },
                "backward drops other elements than forward did");
    }

    @Test
    void backwardTakesTheMaskOfAnOlderForward() {
        assertRefused(
                new HandPeer() {
                    @Override
                    void backward() {
                        drop(calls - 1, task.gradient(), task.dst());
                    }
                },
                "backward drops other elements than forward did");
    }

    @Test
    void backwardReturnsWhatForwardLeft() {
        assertRefused(
                new HandPeer() {
                    @Override
                    void backward() {}
                },
                "neither 0 nor");
    }

    @Test
    void inPlaceDoesNothing() {
        assertRefused(
                new HandPeer() {
                    @Override
                    void inPlace() {}
                },
                "neither 0 nor");
    }

    @Test
    void inPlaceDrawsNoNewMask() {
        assertRefused(
                new HandPeer() {
                    @Override
                    void inPlace() {
                        drop(0, task.dst(), task.dst());
                    }
                },
                "two calls decide differently");
    }

    @Test
    void aPeerThatFailsIsRefused() {
        assertRefused(
                new HandPeer() {
                    @Override
                    public Work prepare(Task asked) {
                        throw new UnsatisfiedLinkError("no libtorch");
                    }
                },
                "hand fails: java.lang.UnsatisfiedLinkError: no libtorch");
        assertRefused(
                new HandPeer() {
                    @Override
                    void forward() {
                        throw new IllegalStateException("no memory");
                    }
                },
                "hand fails: java.lang.IllegalStateException: no memory");
    }
}
