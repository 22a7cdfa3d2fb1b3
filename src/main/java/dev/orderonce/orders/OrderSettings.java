package dev.orderonce.orders;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Settings for placing orders, prefix {@code orders}. */
@ConfigMapping(prefix = "orders")
public interface OrderSettings {

    /**
     * The largest total, in minor units, that needs no confirmation, for each currency by its ISO 4217 code. In a
     * currency without one, no total needs a confirmation.
     */
    Map<String, Long> largeAmounts();

    /**
     * The key with which the shop's catalogue signs prices, base 64, at least 32 bytes; and after it, while it is being
     * replaced, the earlier one. With it every order needs a quote; without it the shop's order processing has to check
     * the prices.
     */
    Optional<List<String>> quoteKey();

    /**
     * Whether no two orders of the shop may have the same reference. Orders that were placed before it was set do not
     * count.
     */
    @WithDefault("false")
    boolean uniqueReferences();

    /** Adds a sentence for each value that cannot be used. */
    static void check(OrderSettings settings, Consumer<String> wrong) {
        ConfirmationPolicy.check(settings, wrong);
        Quotes.check(settings, wrong);
    }
}
