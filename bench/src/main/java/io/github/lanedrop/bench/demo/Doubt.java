package io.github.lanedrop.bench.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * An image that the Monte-Carlo passes are in doubt about.
 *
 * @param image its number among the test images
 * @param label its true class
 * @param entropy predictive entropy in nats
 * @param information mutual information in nats
 * @param classes what is said of the classes, the most probable first
 */
public record Doubt(int image, int label, double entropy, double information, List<Opinion> classes) {
    private static final double LOW = 0.05;
    private static final double HIGH = 0.95;

    /**
     * What the passes say of one class.
     *
     * @param clazz the class
     * @param mean mean probability over the passes
     * @param low 5 % quantile
     * @param high 95 % quantile
     */
    public record Opinion(int clazz, double mean, double low, double high) {}

    /** Keeps the classes as they are. */
    public Doubt {
        classes = List.copyOf(classes);
    }

    /**
     * The images with the largest predictive entropy.
     *
     * @param predictions of all images
     * @param count how many at most
     * @return numbers of images, the most doubtful first
     */
    static int[] mostDoubtful(MonteCarloPredictions predictions, int count) {
        return IntStream.range(0, predictions.predictions().size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer image) -> -predictions.entropy(image)))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Puts together the mean over the passes and what each pass said. */
    static Doubt of(MonteCarloPredictions predictions, int image, double[][] passes) {
        Predictions mean = predictions.predictions();
        List<Opinion> opinions = new ArrayList<>();
        for (int c = 0; c < mean.classes(); c++) {
            int clazz = c;
            double[] said = IntStream.range(0, passes.length)
                    .mapToDouble(pass -> passes[pass][clazz])
                    .toArray();
            double[] spread = Quantile.withDefaults().evaluate(said, LOW, HIGH);
            opinions.add(new Opinion(clazz, mean.probability(image, clazz), spread[0], spread[1]));
        }
        opinions.sort(Comparator.comparingDouble(opinion -> -opinion.mean()));
        return new Doubt(
                image,
                mean.label(image),
                predictions.entropy(image),
                predictions.uncertainties().get(image).mutualInformation(),
                opinions);
    }
}
