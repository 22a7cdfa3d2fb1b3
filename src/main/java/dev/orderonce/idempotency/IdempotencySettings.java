package dev.orderonce.idempotency;

import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.function.Consumer;

/** Settings of idempotency keys and of {@code /once}, prefix {@code idempotency}. */
@ConfigMapping(prefix = "idempotency")
public interface IdempotencySettings {

    /**
     * How long a request under a key counts as in progress. Longer than any request may take (PostgreSQL may be
     * unavailable for its reply timeout, twice); a shorter lease lets a repeat wait less for a process that crashed,
     * and costs an insert in vain when the first request is only slow.
     */
    @WithDefault("10s")
    Duration lease();

    /** Adds a sentence for each value that cannot be used. */
    static void check(IdempotencySettings settings, Consumer<String> wrong) {
        Rules.lasting("idempotency.lease", settings.lease(), wrong);
    }
}
