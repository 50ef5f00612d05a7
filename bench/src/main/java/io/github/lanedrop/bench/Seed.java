package io.github.lanedrop.bench;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads 64 bits as people write them: {@code 2026}, {@code -1}, {@code 0xCAFE}, {@code 18446744073709551615}. */
final class Seed implements ITypeConverter<Long> {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(?:0x[0-9a-f]+|[0-9]+)");

    @Override
    public Long convert(String text) {
        String number = text.toLowerCase(Locale.ROOT);
        if (NUMBER.matcher(number).matches()) {
            String digits = number.replace("0x", "");
            BigInteger value = new BigInteger(digits, digits.equals(number) ? 10 : 16);
            if (value.bitLength() < Long.SIZE || (value.signum() > 0 && value.bitLength() == Long.SIZE)) {
                return value.longValue();
            }
        }
        throw new TypeConversionException(
                "must be a whole number of 64 bits, signed, unsigned or hexadecimal after 0x, got " + text);
    }
}
