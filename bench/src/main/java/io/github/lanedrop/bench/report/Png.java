package io.github.lanedrop.bench.report;

import io.github.lanedrop.bench.data.LabelledImages;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Images for pages. */
final class Png {
    private Png() {}

    /** A grey image as an address that holds it all. */
    static String dataUri(LabelledImages images, int image) {
        BufferedImage grey = new BufferedImage(images.width(), images.height(), BufferedImage.TYPE_BYTE_GRAY);
        WritableRaster raster = grey.getRaster();
        for (int pixel = 0; pixel < images.width() * images.height(); pixel++) {
            int value = Math.round(255 * images.brightness(image, pixel));
            raster.setSample(pixel % images.width(), pixel / images.width(), 0, value);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(png)) {
            ImageIO.write(grey, "png", stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
    }
}
