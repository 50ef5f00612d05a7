package io.github.lanedrop.bench.demo;

/** A class distribution for each image, next to the class that it has. */
public final class Predictions {
    private final double[] probabilities;
    private final int[] labels;
    private final int classes;

    /**
     * Takes over the arrays.
     *
     * @param probabilities {@code labels.length} rows of {@code classes} probabilities
     * @param labels the true classes, 0 to {@code classes - 1}
     * @param classes how many classes
     * @throws IllegalArgumentException if the lengths do not fit
     */
    public Predictions(double[] probabilities, int[] labels, int classes) {
        if ((long) labels.length * classes != probabilities.length) {
            throw new IllegalArgumentException("probabilities must hold " + labels.length + " rows of " + classes
                    + ", got " + probabilities.length + " numbers");
        }
        this.probabilities = probabilities;
        this.labels = labels;
        this.classes = classes;
    }

    /**
     * How many images.
     *
     * @return 0 or more
     */
    public int size() {
        return labels.length;
    }

    /**
     * How many classes.
     *
     * @return 1 or more
     */
    public int classes() {
        return classes;
    }

    /**
     * The true class.
     *
     * @param image 0 to {@code size() - 1}
     * @return 0 to {@code classes() - 1}
     */
    public int label(int image) {
        return labels[image];
    }

    /**
     * How probable a class is said to be.
     *
     * @param image 0 to {@code size() - 1}
     * @param clazz 0 to {@code classes() - 1}
     * @return 0 to 1
     */
    public double probability(int image, int clazz) {
        return probabilities[image * classes + clazz];
    }

    /**
     * The class that is said to be most probable, the first among equals.
     *
     * @param image 0 to {@code size() - 1}
     * @return 0 to {@code classes() - 1}
     */
    public int top(int image) {
        int top = 0;
        for (int c = 1; c < classes; c++) {
            if (probability(image, c) > probability(image, top)) {
                top = c;
            }
        }
        return top;
    }

    /**
     * Whether the most probable class is the true one.
     *
     * @param image 0 to {@code size() - 1}
     * @return true if it is
     */
    public boolean right(int image) {
        return top(image) == label(image);
    }
}
