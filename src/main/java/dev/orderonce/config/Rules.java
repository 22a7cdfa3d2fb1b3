package dev.orderonce.config;

import java.time.Duration;
import java.util.function.Consumer;

/** Rules of the values of settings. Each adds a sentence if a value does not keep it. */
public final class Rules {
    private Rules() {}

    /** Adds a sentence unless the value is at least the given one. */
    public static void atLeast(long least, String setting, long value, Consumer<String> wrong) {
        if (value < least) {
            wrong.accept("%s: %d is below the minimum, %d".formatted(setting, value, least));
        }
    }

    /** Adds a sentence unless the value is at least a millisecond. */
    public static void lasting(String setting, Duration value, Consumer<String> wrong) {
        if (value.toMillis() < 1) {
            wrong.accept(setting + ": at least 1ms");
        }
    }
}
