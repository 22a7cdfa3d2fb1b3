package dev.orderonce.config;

import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rate limit. As a setting: {@code COUNT/WINDOW}, such as {@code 30/1m}, or with a burst that is not the count,
 * {@code 30/1m burst 10}.
 *
 * @param count how many in each window in the long run; at least 1
 * @param window at least a millisecond
 * @param burst how many at once, after a time without any; at least 1
 */
public record RateLimit(int count, Duration window, int burst) {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,9})/([0-9A-Za-z.]+)(?: burst ([0-9]{1,9}))?");

    /** @throws IllegalArgumentException if one of them is below its minimum */
    public RateLimit {
        if (count < 1 || burst < 1 || window.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "a limit has a count and a burst of at least 1 and a window of at least 1ms");
        }
    }

    /**
     * Reads a limit as it is written in a setting.
     *
     * @throws IllegalArgumentException with a sentence that says how a limit is written
     */
    public static RateLimit of(String text) {
        Matcher parts = TEXT.matcher(text.strip());
        if (!parts.matches()) {
            throw unreadable();
        }
        int count = Integer.parseInt(parts.group(1));
        int burst = parts.group(3) == null ? count : Integer.parseInt(parts.group(3));
        return new RateLimit(count, window(parts.group(2)), burst);
    }

    private static Duration window(String text) {
        try {
            return DurationConverter.parseDuration(text);
        } catch (RuntimeException notADuration) {
            throw unreadable();
        }
    }

    private static IllegalArgumentException unreadable() {
        return new IllegalArgumentException(
                "a limit is written COUNT/WINDOW or COUNT/WINDOW burst COUNT, such as 30/1m or 30/1m burst 10");
    }
}
