package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That no activation and no kind of source has been forgotten; that they are compiled then is PathMatrixTest's. */
final class WarmUpTest {
    @Test
    void everyMaskSource() {
        Stream<Class<?>> ofDropout = Stream.of(BernoulliMask.class, StoredMask.class);
        assertThat(Stream.concat(ofDropout, Arrays.stream(WarmUp.Sources.MASKS).map(Object::getClass)))
                .containsAll(Arrays.asList(MaskSource.class.getPermittedSubclasses()));
    }

    @Test
    void everyNoiseSource() {
        assertThat(Arrays.stream(WarmUp.Noises.ALL).<Class<?>>map(Object::getClass))
                .containsAll(Arrays.asList(NoiseSource.class.getPermittedSubclasses()));
    }

    @Test
    void everyActivationInAFamilyOfItsOwn() {
        assertThat(Arrays.stream(Activation.values()).map(KernelFamily::of)).doesNotHaveDuplicates();
        assertThat(KernelFamily.of(Activation.IDENTITY)).isEqualTo(KernelFamily.BIAS);
        for (Activation activation : Activation.values()) {
            if (activation != Activation.IDENTITY) {
                assertThat(KernelFamily.of(activation)).hasToString(activation.name());
            }
        }
    }
}
