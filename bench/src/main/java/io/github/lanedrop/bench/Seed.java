package io.github.lanedrop.bench;

import java.math.BigInteger;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads 64 bits as people write them: {@code 2026}, {@code -1}, {@code 0xCAFE}, {@code 18446744073709551615}. */
final class Seed implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        String digits = text.toLowerCase(Locale.ROOT).replaceFirst("^([+-]?)0x", "$1");
        int radix = digits.length() == text.length() ? 10 : 16;
        try {
            BigInteger value = new BigInteger(digits, radix);
            if (value.bitLength() < Long.SIZE || (value.signum() > 0 && value.bitLength() == Long.SIZE)) {
                return value.longValue();
            }
        } catch (NumberFormatException _) {
            // the same answer as for too many bits
        }
        throw new TypeConversionException(
                "must be a whole number of 64 bits, signed, unsigned or hexadecimal after 0x, got " + text);
    }
}
