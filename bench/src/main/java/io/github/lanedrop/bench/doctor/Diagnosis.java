package io.github.lanedrop.bench.doctor;

import io.github.lanedrop.bench.demo.CopyAndScale;
import io.github.lanedrop.bench.demo.Throughput;
import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.kernels.Rate;
import java.util.ArrayList;
import java.util.List;

/**
 * What this process makes of the kernels.
 *
 * @param jdk what runs it
 * @param cpu what it runs on
 * @param path the live path
 * @param selfTest whether the SIMD code gives the bits of its scalar twin; true where there is none
 * @param measurements a quick look at the speed
 * @param advice what to do, in sentences; may be empty
 */
public record Diagnosis(
        Jdk jdk, Cpu cpu, Kernels.Path path, boolean selfTest, List<Measurement> measurements, List<String> advice) {
    /** Rates that are looked at: patterns from the table, and one bit an element. */
    public static final List<Double> RATES = List.of(.1, .5);

    private static final long[] SIZES = {1 << 12, 1 << 16, 1 << 20, 1 << 24};

    /** Keeps what it is given. */
    public Diagnosis {
        measurements = List.copyOf(measurements);
        advice = List.copyOf(advice);
    }

    /**
     * The speed at one rate and size.
     *
     * @param rate the probability to drop
     * @param throughput nanoseconds an element
     */
    public record Measurement(double rate, Throughput throughput) {}

    /**
     * Looks at this process; takes some seconds.
     *
     * @param millisPerNumber how long to look for each number
     * @param step called after each of the {@link #RATES}
     * @return what was found
     */
    public static Diagnosis make(int millisPerNumber, Runnable step) {
        Cpu cpu = Cpu.read();
        Kernels.Path path = Kernels.describe();
        List<Measurement> measurements = new ArrayList<>();
        for (double rate : RATES) {
            for (Throughput throughput : Throughput.look(Rate.drop(rate), millisPerNumber, SIZES)) {
                measurements.add(new Measurement(rate, throughput));
            }
            step.run();
        }
        boolean selfTest = Kernels.selfTest(); // last, since it also tells of what failed when it was first called
        Jdk jdk = Jdk.read();
        List<String> advice = Advice.of(CopyAndScale.VECTOR, jdk.fuses(), cpu, path, selfTest);
        return new Diagnosis(jdk, cpu, path, selfTest, measurements, advice);
    }
}
