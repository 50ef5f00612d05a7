package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.bits;
import static io.github.lanedrop.layers.Samples.captured;
import static io.github.lanedrop.layers.Samples.dropout;
import static io.github.lanedrop.layers.Samples.filled;
import static io.github.lanedrop.layers.Samples.forward;
import static io.github.lanedrop.layers.Samples.kept;
import static io.github.lanedrop.layers.Samples.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.Matrix;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.StoredMask;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.core.RandomProviderDefaultState;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The dropout class in NumPy that tutorials show: its example bit for bit, and each of its bugs, which we must not have. */
final class NumpyDropoutTest {
    private static final Key KEY = Key.of(1);
    private static final Pass TRAIN = Pass.train(KEY);

    /** NumPy's {@code RandomState(seed)}: Commons RNG seeds the same generator in another way, so its state is replaced. */
    private static final class NumpyRandomState {
        private static final int WORDS = 624;
        private final RestorableUniformRandomProvider generator = RandomSource.MT.create(0);

        NumpyRandomState(int seed) {
            byte[] state = ((RandomProviderDefaultState) generator.saveState()).getState();
            ByteBuffer words = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
            int word = seed;
            for (int i = 0; i < WORDS; i++) {
                words.putInt(word);
                word = 1812433253 * (word ^ (word >>> 30)) + i + 1;
            }
            words.putInt(WORDS);
            generator.restoreState(new RandomProviderDefaultState(state));
        }

        /** {@code rand()}: 53 bits of two words. */
        double rand() {
            long high = Integer.toUnsignedLong(generator.nextInt()) >>> 5;
            long low = Integer.toUnsignedLong(generator.nextInt()) >>> 6;
            return (high * 0x1p26 + low) * 0x1p-53;
        }
    }

    /** {@code RandomState(1).rand(4, 5) > 0.5}. */
    private static StoredMask exampleMask() {
        var random = new NumpyRandomState(1);
        BitSet kept = new BitSet();
        for (int i = 0; i < 20; i++) {
            kept.set(i, random.rand() > 0.5);
        }
        return new StoredMask(Rate.drop(0.5), MemorySegment.ofArray(Arrays.copyOf(kept.toByteArray(), 3)));
    }

    /** 0, step, 2 step, ... rounded once. */
    private static Tensor ramp(double step) {
        Tensor tensor = Tensor.zeros(4, 5);
        for (int i = 0; i < 20; i++) {
            tensor.set(i, (float) (i * step));
        }
        return tensor;
    }

    @Test
    void theGeneratorIsNumpys() {
        var random = new NumpyRandomState(1);
        for (double expected : new double[] {.417022, .720324, .000114, .302333, .146756}) {
            assertThat(random.rand()).isCloseTo(expected, within(5e-7));
        }
    }

    @Test
    void theExampleBitForBit() {
        Result result = Dropout.drop(ramp(0.05), exampleMask(), 0, Workers.NONE);
        assertThat(Dropout.drop(filled(1, 4, 5), exampleMask(), 0, Workers.NONE)
                        .output()
                        .toArray())
                .containsExactly(0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 0);
        assertThat(result.output().toArray())
                .containsExactly(0, .1f, 0, 0, 0, 0, 0, 0, 0, .9f, 0, 1.1f, 0, 1.3f, 0, 1.5f, 0, 1.7f, 0, 0);
        assertThat(result.backward().backward(ramp(0.02), new Gradients()).toArray())
                .containsExactly(0, .04f, 0, 0, 0, 0, 0, 0, 0, .36f, 0, .44f, 0, .52f, 0, .6f, 0, .68f, 0, 0);
    }

    @Nested
    final class ItsBugs {
        private final Tensor x = tensor(1, 6, 10);
        private final Tensor dy = tensor(2, 6, 10);
        private final Dropout dropout = dropout(0.5, 0);

        @Test
        @DisplayName("1: def train() and eval() lack self, so the mode cannot be changed")
        void theModeCanBeChangedAtEveryCall() {
            int[] train = bits(forward(dropout, x, TRAIN));
            assertThat(train).isNotEqualTo(bits(x));
            assertThat(bits(forward(dropout, x, Pass.eval()))).isEqualTo(bits(x));
            assertThat(bits(forward(dropout, x, TRAIN))).isEqualTo(train);
        }

        @Test
        @DisplayName("2: self.train = True shadows the method train")
        void theModeIsNoFieldOfTheLayer() {
            assertThat(Arrays.stream(Dropout.class.getRecordComponents()).map(RecordComponent::getName))
                    .containsExactly("rate", "site");
        }

        @Test
        @DisplayName("3: backward after eval or at rate 0 returns an undefined name")
        void backwardOfTheIdentityReturnsTheGradient() {
            assertThat(dropout.forward(x, Pass.eval()).backward().backward(dy, new Gradients()))
                    .isSameAs(dy);
            assertThat(dropout(0, 0).forward(x, TRAIN).backward().backward(dy, new Gradients()))
                    .isSameAs(dy);
        }

        @Test
        @DisplayName("4: validation by assert, which -O switches off")
        void badRatesAreRefusedByAnException() {
            for (double rate : new double[] {-0.1, 1.5, Double.NaN}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> dropout(rate, 0))
                        .withMessage("rate must be in [0, 1], got " + rate);
            }
        }

        @Test
        @DisplayName("5: rate 1 is refused")
        void rateOneGivesZeros() {
            assertThat(bits(forward(dropout(1, 0), x, TRAIN))).containsOnly(0);
        }

        @Test
        @DisplayName("6: eval returns an alias, and only eval")
        void noLayerWritesToItsInputWhateverItReturns() {
            int[] before = bits(x);
            Layer model = Sequential.of(dropout, new Relu(), dropout(0.5, 1));
            for (Pass pass : List.of(TRAIN, Pass.eval(), Pass.mc(KEY))) {
                Result result = model.forward(x, pass);
                assertThat(result.output()).isNotSameAs(x);
                result.backward().backward(dy, new Gradients());
                assertThat(bits(x)).isEqualTo(before);
            }
            assertThat(forward(dropout, x, TRAIN)).isNotSameAs(x);
            assertThat(forward(dropout, x, Pass.eval())).as("by contract").isSameAs(x);
        }

        @Test
        @DisplayName("7: a float64 mask promotes float32 input")
        void floatsStayFloats() {
            Result result = dropout.forward(x, TRAIN);
            assertThat(result.output().segment().byteSize()).isEqualTo(4 * x.elements());
            assertThat(result.backward().backward(dy, new Gradients()).segment().byteSize())
                    .isEqualTo(4 * x.elements());
        }

        @Test
        @DisplayName("8: backward uses a stale mask after train, eval, train")
        void backwardBelongsToItsForward() {
            Result first = dropout.forward(x, TRAIN);
            Result eval = dropout.forward(x, Pass.eval());
            Result second = dropout.forward(x, Pass.train(KEY.step(1)));
            assertThat(bits(second.backward().backward(x, new Gradients()))).isEqualTo(bits(second.output()));
            assertThat(bits(eval.backward().backward(x, new Gradients()))).isEqualTo(bits(x));
            assertThat(bits(first.backward().backward(x, new Gradients()))).isEqualTo(bits(first.output()));
            assertThat(bits(first.output())).isNotEqualTo(bits(second.output()));
        }

        @Test
        @DisplayName("9: backward before forward multiplies None")
        void thereIsNoBackwardWithoutAForward() {
            assertThat(Arrays.stream(Dropout.class.getMethods()).map(Method::getName))
                    .contains("forward")
                    .doesNotContain("backward");
        }

        @Test
        @DisplayName("10: global random state, neither thread-safe nor reproducible")
        void threadsAndOtherDrawsChangeNothing() throws Exception {
            int[] expected = bits(forward(dropout, x, TRAIN));
            List<Callable<int[]>> calls = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                Pass other = Pass.train(KEY.step(i + 1L));
                calls.add(() -> {
                    forward(dropout, x, other);
                    return bits(forward(dropout, x, TRAIN));
                });
            }
            try (var threads = Executors.newFixedThreadPool(4)) {
                for (var future : threads.invokeAll(calls)) {
                    assertThat(future.get()).isEqualTo(expected);
                }
            }
        }

        @Test
        @DisplayName("11: the mask costs 8 bytes an element")
        void theWayBackKeepsARateAndAKeyAndNoElement() throws IllegalAccessException {
            assertThat(captured(dropout.forward(x, TRAIN).backward()))
                    .hasAtLeastOneElementOfType(BernoulliMask.class)
                    .doesNotHaveAnyElementsOfTypes(
                            Tensor.class, Matrix.class, MemorySegment.class, float[].class, byte[].class);
            assertThat(captured(dropout.forward(x, Pass.eval()).backward()))
                    .as("the shape")
                    .hasExactlyElementsOfTypes(int[].class);
            assertThat(Arrays.stream(BernoulliMask.class.getRecordComponents()).map(RecordComponent::getType))
                    .as("the mask, whatever its size")
                    .containsExactly(Rate.class, Key.class);
            assertThat(Arrays.stream(Key.class.getRecordComponents()).map(RecordComponent::getType))
                    .containsExactly(long.class, long.class);
        }

        @Test
        @DisplayName("12: X * mask makes dropped NaN and infinity NaN")
        void droppedIsZeroWhateverItWas() {
            for (float special : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f}) {
                Result result = dropout.forward(filled(special, 6, 10), TRAIN);
                int[] y = bits(result.output());
                int[] dx = bits(result.backward().backward(filled(special, 6, 10), new Gradients()));
                BitSet kept = kept(dropout, KEY, 0, 60);
                for (int i = 0; i < 60; i++) {
                    int expected = kept.get(i) ? Float.floatToRawIntBits(special * 2) : 0;
                    assertThat(y[i]).isEqualTo(expected);
                    assertThat(dx[i]).isEqualTo(expected);
                }
            }
        }

        @Test
        @DisplayName("13: the text says that the gradient is the mask; it is the output's gradient times the mask")
        void theGradientIsTheOutputsGradientTimesTheMask() {
            Result result = dropout.forward(x, TRAIN);
            Tensor dx = result.backward().backward(dy, new Gradients());
            Tensor mask = forward(dropout, filled(1, 6, 10), TRAIN);
            for (int i = 0; i < 60; i++) {
                assertThat(dx.get(i)).isEqualTo(mask.get(i) == 0 ? 0f : dy.get(i) * mask.get(i));
            }
            assertThat(dx.toArray()).isNotEqualTo(mask.toArray());
        }
    }
}
