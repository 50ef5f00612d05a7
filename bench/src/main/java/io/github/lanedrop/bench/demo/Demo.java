package io.github.lanedrop.bench.demo;

import io.github.lanedrop.bench.data.Dataset;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import java.util.ArrayList;
import java.util.List;

/** Runs the demo. */
public final class Demo {
    private static final int DOUBTS = 12;

    private Demo() {}

    /** Is told how far a part of the demo is. */
    public interface Progress {
        /** Says nothing. */
        Progress SILENT = (_, _) -> new Task() {
            @Override
            public void step() {}

            @Override
            public void close() {}
        };

        /**
         * A part begins.
         *
         * @param name of the part
         * @param steps how many steps it has
         * @return told after each step
         */
        Task begin(String name, long steps);

        /** A part under way. */
        interface Task extends AutoCloseable {
            /** A step is done. */
            void step();

            @Override
            void close();
        }
    }

    /**
     * Trains without and with dropout, and asks the second network again with dropout on.
     *
     * @param data what to learn and to judge by
     * @param settings what decides the numbers
     * @param workers who does it; the numbers do not depend on them
     * @param progress is told how far it is
     * @return what was found out
     */
    public static Findings run(Dataset data, Settings settings, Workers workers, Progress progress) {
        Network plain = new Network(settings, Rate.drop(0), data, workers);
        Network dropped = new Network(settings, settings.rate(), data, workers);
        Findings.Run plainRun = train("without dropout", plain, data, settings, progress);
        Findings.Run droppedRun = train("with dropout", dropped, data, settings, progress);
        MonteCarloPredictions monteCarlo;
        try (Progress.Task task = progress.begin("Monte Carlo", Network.blocks(data.test()))) {
            monteCarlo = dropped.predictMonteCarlo(data.test(), task::step);
        }
        List<Doubt> doubts = new ArrayList<>();
        for (int image : Doubt.mostDoubtful(monteCarlo, DOUBTS)) {
            doubts.add(Doubt.of(monteCarlo, image, dropped.replayMonteCarlo(data.test(), image)));
        }
        return new Findings(
                data,
                settings,
                dropped.model().parameterCount(),
                plainRun,
                droppedRun,
                monteCarlo,
                doubts,
                dropped.model());
    }

    private static Findings.Run train(
            String name, Network network, Dataset data, Settings settings, Progress progress) {
        long steps = (long) Network.steps(settings, data) * settings.epochs();
        try (Progress.Task task = progress.begin(name, steps)) {
            List<Epoch> epochs = network.train(task::step);
            return new Findings.Run(epochs, network.predict(data.test()));
        }
    }
}
