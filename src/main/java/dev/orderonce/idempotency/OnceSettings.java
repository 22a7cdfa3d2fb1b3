package dev.orderonce.idempotency;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of what is created under a client's key, prefix {@code once}. */
@ConfigMapping(prefix = "once")
public interface OnceSettings {

    /**
     * How long a request is believed to be at it. Longer than any request may take (PostgreSQL may
     * be silent for 3 s, twice); shorter means that a repeat waits less for an owner that died, and
     * costs an insert in vain when the owner is only slow.
     */
    @WithDefault("10s")
    Duration lease();

    /**
     * How long Redis remembers that it was done. It spares a repeat an insert in vain; after it the
     * repeat is answered all the same.
     */
    @WithDefault("1h")
    Duration remember();

    /**
     * How often records of {@code /once} whose time is over are removed. They count as absent from
     * that moment on; removing them only gives the space back.
     */
    @WithDefault("1m")
    Duration forgetEvery();
}
