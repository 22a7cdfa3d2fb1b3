package dev.orderonce.http;

import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.function.Consumer;

/** Settings of HTTP requests, prefix {@code http}. */
@ConfigMapping(prefix = "http")
public interface HttpSettings {

    /**
     * Requests in progress at once. At 25 000 requests a second 2 048 of them are 80 ms of work; more would only wait,
     * so beyond it a request is refused at once and can go to another replica.
     */
    @WithDefault("2048")
    int inFlightLimit();

    /** The value of {@code Retry-After} when the service is overloaded or a store is unavailable. Whole seconds. */
    @WithDefault("1s")
    Duration retryDelay();

    /**
     * How long a request's body may take to arrive after its headers. An order is a few kilobytes; a phone on a bad
     * network needs seconds, not minutes.
     */
    @WithDefault("10s")
    Duration bodyTimeout();

    /** Adds a sentence for each value that cannot be used. */
    static void check(HttpSettings settings, Consumer<String> wrong) {
        Rules.atLeast(1, "http.in-flight-limit", settings.inFlightLimit(), wrong);
        Rules.lasting("http.body-timeout", settings.bodyTimeout(), wrong);
        Duration delay = settings.retryDelay();
        if (!delay.isPositive() || delay.toMillis() % 1000 != 0) {
            wrong.accept("http.retry-delay: whole seconds, at least 1s");
        }
    }
}
