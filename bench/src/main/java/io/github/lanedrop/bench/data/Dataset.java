package io.github.lanedrop.bench.data;

import java.util.List;
import java.util.Objects;

/**
 * Images to learn from and images to judge by.
 *
 * @param name what it is called in reports
 * @param source who made it, for reports
 * @param classes the names of classes 0, 1, ...
 * @param train the images to learn from
 * @param test the images to judge by, never learned from
 */
public record Dataset(String name, String source, List<String> classes, LabelledImages train, LabelledImages test) {
    /** Refuses null and parts of different sizes. */
    public Dataset {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(source, "source");
        classes = List.copyOf(classes);
        if (train.height() != test.height() || train.width() != test.width()) {
            throw new IllegalArgumentException("test images must be " + train.height() + " x " + train.width()
                    + " like the training images, got " + test.height() + " x " + test.width());
        }
    }

    /**
     * How many numbers an image is.
     *
     * @return height times width
     */
    public int inputs() {
        return train.height() * train.width();
    }

    /**
     * The same with fewer images to learn from.
     *
     * @param images how many of the first training images to keep
     * @return the smaller data set
     * @throws IllegalArgumentException if there are not as many
     */
    public Dataset withTrain(int images) {
        if (images < 1 || images > train.size()) {
            throw new IllegalArgumentException("training images must be in [1, " + train.size() + "], got " + images);
        }
        LabelledImages first = train.select(Orders.sequential(images), 0, images);
        return new Dataset(name, source, classes, first, test);
    }
}
