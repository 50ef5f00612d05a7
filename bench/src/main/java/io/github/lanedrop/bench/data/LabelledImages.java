package io.github.lanedrop.bench.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Grey images of one size, each with the number of its class. */
public final class LabelledImages {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final byte[] pixels;
    private final byte[] labels;
    private final int height;
    private final int width;
    private final int white;

    /** Takes over the arrays: {@code labels.length} images, row by row, of pixels from 0 to {@code white}. */
    LabelledImages(byte[] pixels, byte[] labels, int height, int width, int white) {
        if ((long) labels.length * height * width != pixels.length) {
            throw new IllegalArgumentException("pixels must hold " + labels.length + " images of " + height + " x "
                    + width + ", got " + pixels.length + " pixels");
        }
        this.pixels = pixels;
        this.labels = labels;
        this.height = height;
        this.width = width;
        this.white = white;
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
     * The height of each image.
     *
     * @return pixels
     */
    public int height() {
        return height;
    }

    /**
     * The width of each image.
     *
     * @return pixels
     */
    public int width() {
        return width;
    }

    /**
     * The class of an image.
     *
     * @param image 0 to {@code size() - 1}
     * @return the class, 0 or more
     */
    public int label(int image) {
        return labels[image];
    }

    /**
     * The brightness of one pixel.
     *
     * @param image 0 to {@code size() - 1}
     * @param pixel row-major index
     * @return 0 for black to 1 for white
     */
    public float brightness(int image, int pixel) {
        return (pixels[image * height * width + pixel] & 0xFF) / (float) white;
    }

    /**
     * Writes the brightnesses of some images, one image a row.
     *
     * @param order numbers of images
     * @param from the first position in {@code order}
     * @param to the position after the last
     * @param rows receives {@code (to - from) * height * width} 32-bit floats, little endian as in every tensor
     */
    public void copyRows(int[] order, int from, int to, MemorySegment rows) {
        int size = height * width;
        long at = 0;
        for (int i = from; i < to; i++) {
            for (int pixel = 0; pixel < size; pixel++) {
                rows.set(FLOAT, at, brightness(order[i], pixel));
                at += Float.BYTES;
            }
        }
    }

    /**
     * The classes of some images.
     *
     * @param order numbers of images
     * @param from the first position in {@code order}
     * @param to the position after the last
     * @return the classes
     */
    public int[] labels(int[] order, int from, int to) {
        int[] classes = new int[to - from];
        for (int i = from; i < to; i++) {
            classes[i - from] = label(order[i]);
        }
        return classes;
    }

    /**
     * Some of the images, in a new order.
     *
     * @param order numbers of images
     * @param from the first position in {@code order}
     * @param to the position after the last
     * @return copies of the images
     */
    public LabelledImages select(int[] order, int from, int to) {
        int size = height * width;
        byte[] selectedPixels = new byte[(to - from) * size];
        byte[] selectedLabels = new byte[to - from];
        for (int i = from; i < to; i++) {
            System.arraycopy(pixels, order[i] * size, selectedPixels, (i - from) * size, size);
            selectedLabels[i - from] = labels[order[i]];
        }
        return new LabelledImages(selectedPixels, selectedLabels, height, width, white);
    }
}
