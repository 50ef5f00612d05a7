package io.github.lanedrop.bench;

import io.github.lanedrop.kernels.Rate;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a probability to drop: {@code 0.1}, or a fraction such as {@code 1/3}. */
final class RateConverter implements ITypeConverter<Rate> {
    @Override
    public Rate convert(String text) {
        String[] parts = text.split("/", 2);
        try {
            double numerator = Double.parseDouble(parts[0]);
            return Rate.drop(parts.length == 1 ? numerator : numerator / Double.parseDouble(parts[1]));
        } catch (NumberFormatException e) {
            throw new TypeConversionException(
                    "rate must be a number such as 0.1 or a fraction such as 1/3, got " + text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
