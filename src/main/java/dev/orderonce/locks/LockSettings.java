package dev.orderonce.locks;

import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.function.Consumer;

/** Settings of locks, prefix {@code locks}. */
@ConfigMapping(prefix = "locks")
public interface LockSettings {

    /**
     * How long a lock lasts without being renewed: so long do other requests wait for a holder that crashed. It is
     * renewed three times within its lease while its work runs.
     */
    @WithDefault("5s")
    Duration lease();

    /**
     * How long a request waits for a lock. A capture takes about a second; beyond two seconds the order's current state
     * is the better answer.
     */
    @WithDefault("2s")
    Duration waitTimeout();

    /** Adds a sentence for each value that cannot be used. */
    static void check(LockSettings settings, Consumer<String> wrong) {
        Rules.lasting("locks.lease", settings.lease(), wrong);
        Rules.lasting("locks.wait-timeout", settings.waitTimeout(), wrong);
    }
}
