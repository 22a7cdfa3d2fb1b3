package dev.orderonce.orders;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of placing orders, prefix {@code orders}. */
@ConfigMapping(prefix = "orders")
public interface OrderSettings {

    /**
     * For each currency, by its ISO 4217 code, the largest total in minor units that is ordered without being asked. A
     * currency without one is not asked about.
     */
    Map<String, Long> largeAmounts();

    /**
     * The key with which the shop's catalogue signs prices, base 64, at least 32 bytes; and after it, while it is being
     * replaced, the earlier one. With it every order needs a quote; without it whoever takes the shop's orders has to
     * check their prices.
     */
    Optional<List<String>> quoteKey();
}
