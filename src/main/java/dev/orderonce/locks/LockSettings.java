package dev.orderonce.locks;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of locks, prefix {@code locks}. */
@ConfigMapping(prefix = "locks")
public interface LockSettings {

    /**
     * How long a lock lasts without being renewed: so long others wait for a holder that died. It
     * is renewed three times as often while its work runs.
     */
    @WithDefault("5s")
    Duration lease();

    /**
     * How long somebody waits for a lock. A capture takes about a second; longer than two, and the
     * caller is better told what the state is.
     */
    @WithDefault("2s")
    Duration waitFor();

    /**
     * Waiters of this replica at once. Each looks at Redis about twenty times a second; a thousand
     * are as much as one busy checkout.
     */
    @WithDefault("1000")
    int waiters();
}
