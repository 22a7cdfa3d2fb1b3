package dev.orderonce.money;

import java.util.Currency;
import java.util.Optional;

/**
 * An exact amount: a whole number of a currency's minor unit (cents for EUR, yen for JPY).
 *
 * @param minor the amount in minor units; negative amounts are allowed here and refused where a price is read
 * @param currency an ISO 4217 currency that has a minor unit
 */
public record Money(long minor, Currency currency) {

    /**
     * Returns the currency of an ISO 4217 code.
     *
     * @return empty for an unknown code, and for codes of no currency people pay in (XXX, XAU, …): ISO gives them no
     *     minor unit, so an amount in them has no meaning here
     */
    public static Optional<Currency> currency(String code) {
        if (code.length() != 3) {
            return Optional.empty();
        }
        try {
            return Optional.of(Currency.getInstance(code)).filter(c -> c.getDefaultFractionDigits() >= 0);
        } catch (IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }
}
