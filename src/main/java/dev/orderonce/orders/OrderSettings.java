package dev.orderonce.orders;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

import java.time.Duration;
import java.util.Map;

/** Settings of placing orders, prefix {@code orders}. */
@ConfigMapping(prefix = "orders")
public interface OrderSettings {

    /** How often each replica removes tombstones that say nothing any more. */
    @WithDefault("10m")
    Duration forgetEvery();

    /**
     * For each currency, by its ISO 4217 code, the largest total in minor units that is ordered
     * without being asked. A currency without one is not asked about.
     */
    Map<String, Long> largeAmounts();
}
