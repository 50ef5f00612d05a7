package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Thresholds, realised rates and scales, against exact arithmetic. */
final class RateTest {
    static DoubleStream rates() {
        DoubleStream chosen = DoubleStream.of(
                0,
                Double.MIN_VALUE,
                1e-300,
                1e-12,
                0x1p-34,
                0x1p-33,
                0x1p-32,
                1.5 * 0x1p-32,
                .01,
                .05,
                .1,
                .15,
                .2,
                .25,
                .3,
                1 / 3d,
                .5,
                .6,
                2 / 3d,
                .75,
                .9,
                .99,
                1 - 0x1p-32,
                1 - 1.5 * 0x1p-32,
                1 - 0x1p-33,
                1 - 0x1p-53,
                1);
        return DoubleStream.concat(chosen, new Random(22).doubles(50));
    }

    @ParameterizedTest
    @MethodSource("rates")
    void thresholdEffectiveRateAndScaleAreExact(double nominal) {
        Rate rate = Rate.drop(nominal);
        BigInteger threshold = MaskOracle.threshold(nominal);
        assertThat(rate.nominal()).isEqualTo(nominal);
        assertThat(rate.threshold()).isEqualTo(threshold.longValueExact());
        assertThat(rate.effective()).isEqualTo(threshold.longValueExact() * 0x1p-32);
        assertThat(rate.effective() - nominal).isBetween(-0x1p-33, 0x1p-33);
        assertThat(rate.scale()).isEqualTo(MaskOracle.scale(threshold));
        assertThat(rate.keepsAll()).isEqualTo(threshold.signum() == 0);
        assertThat(rate.dropsAll()).isEqualTo(threshold.equals(MaskOracle.ONE));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1e-12, 0",
        "0x1p-34, 0",
        "0x1p-33, 1", // the half rounds up
        "0x1p-32, 1",
        "0.1, 429496730",
        "0.25, 1073741824",
        "0.5, 2147483648",
        "0x1.fffffffdp-1, 4294967295", // 1 - 1.5 * 2^-32
        "0x1.ffffffffp-1, 4294967296", // 1 - 2^-33: again up
        "1, 4294967296",
    })
    void thresholds(String rate, long threshold) {
        assertThat(Rate.drop(Double.parseDouble(rate.startsWith("0x") ? rate : rate + "d"))
                        .threshold())
                .isEqualTo(threshold);
    }

    /** {@code E[y] = x}: the chance to be kept times the scale is 1, but for the one rounding of a double. */
    @ParameterizedTest
    @ValueSource(doubles = {.01, .05, .1, .2, .25, .3, .5, .6, .75, .9, .99, 0x1p-32, 1 - 0x1p-32})
    void scaleUndoesTheRealisedRateNotTheNominalOne(double nominal) {
        Rate rate = Rate.drop(nominal);
        assertThat(rate.scale() * (1 - rate.effective())).isBetween(1 - 0x1p-52, 1 + 0x1p-52);
    }

    @Test
    void scaleAtTheEnds() {
        assertThat(Rate.drop(0).scale()).isEqualTo(1);
        assertThat(Rate.drop(1e-12).scale()).isEqualTo(1);
        assertThat(Rate.drop(.5).scale()).isEqualTo(2);
        assertThat(Rate.drop(.75).scale()).isEqualTo(4);
        assertThat(Rate.drop(1 - 0x1p-32).scale()).isEqualTo(0x1p32);
        assertThat(Rate.drop(1).scale()).isInfinite();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, .1, .25, .3, .5, .9, 1})
    void keepIsOneMinusDrop(double probability) {
        assertThat(Rate.keep(probability)).isEqualTo(Rate.drop(1 - probability));
    }

    @Test
    void keepZeroDropsEverythingAndKeepOneNothing() {
        assertThat(Rate.keep(0).dropsAll()).isTrue();
        assertThat(Rate.keep(-0.0).dropsAll()).isTrue();
        assertThat(Rate.keep(1).keepsAll()).isTrue();
        assertThat(Double.doubleToRawLongBits(Rate.keep(1).nominal())).isZero();
    }

    @Test
    void ratesAreEqualWhereTheirMasksAre() {
        assertThat(Rate.drop(.1)).isEqualTo(Rate.drop(.1)).hasSameHashCodeAs(Rate.drop(.1));
        assertThat(Rate.drop(.1)).isEqualTo(Rate.drop(.1 + 1e-11)).hasSameHashCodeAs(Rate.drop(.1 + 1e-11));
        assertThat(Rate.drop(.1)).isNotEqualTo(Rate.drop(.1 + 0x1p-32));
        assertThat(Rate.drop(1e-12)).isEqualTo(Rate.drop(0));
        assertThat(Rate.drop(.1)).isNotEqualTo(.1);
    }
}
