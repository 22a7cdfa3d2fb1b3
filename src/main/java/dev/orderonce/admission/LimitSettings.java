package dev.orderonce.admission;

import dev.orderonce.config.RateLimit;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of the limits per buyer, prefix {@code limits}. */
@ConfigMapping(prefix = "limits")
public interface LimitSettings {

    /**
     * Of {@link Limit#NUMBERS_ISSUED}. A person opens a checkout now and then; a page that is reloaded gets the number
     * it has, which is not counted. One a second is a script. Fewer would stop an office behind one account.
     */
    @WithDefault("60/1m")
    RateLimit numbersIssued();

    /**
     * Of {@link Limit#NUMBERS_OUTSTANDING}. A number that is neither placed nor voided is kept in Redis until it
     * expires ({@code numbers.ttl}): a hoarder holds the count and the burst of them at most. Tabs that were opened and
     * left alone are a few dozen.
     */
    @WithDefault("100/2h")
    RateLimit numbersOutstanding();

    /**
     * Of {@link Limit#ORDERS_PLACED}. Faster than a person reads a basket and agrees to it. An importer that places for
     * one buyer needs more.
     */
    @WithDefault("30/1m")
    RateLimit ordersPlaced();

    /**
     * Of {@link Limit#NUMBERS_WRONG}. A number that was never issued to the buyer who sends it is mistyped, or guessed.
     */
    @WithDefault("60/1m")
    RateLimit numbersWrong();
}
