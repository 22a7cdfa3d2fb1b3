package dev.orderonce.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

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
}
