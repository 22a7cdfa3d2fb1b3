package dev.orderonce.config;

import java.io.Serial;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Reads a {@link RateLimit} from a setting. Registered as a service: the converter that the library derives from
 * {@link RateLimit#of} would hide why a value cannot be read.
 */
public final class RateLimitConverter implements Converter<RateLimit> {
    @Serial
    private static final long serialVersionUID = 1;

    @Override
    public RateLimit convert(String value) {
        return RateLimit.of(value);
    }
}
