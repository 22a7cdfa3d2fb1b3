package dev.orderonce.orders;

import dev.orderonce.admission.ContentClaim;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Base64;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What a buyer has to confirm before a new order, and what they have acknowledged. Uses no store. */
@ApplicationScoped
class ConfirmationPolicy {
    private static final Base64.Encoder BASE_64 = Base64.getUrlEncoder().withoutPadding();

    private final Map<Currency, Long> largeAmounts = new HashMap<>();

    ConfirmationPolicy(OrderSettings settings) {
        settings.largeAmounts().forEach(this::confirmAbove);
    }

    static void check(OrderSettings settings, Consumer<String> wrong) {
        settings.largeAmounts().forEach((code, amount) -> {
            if (currency(code).isEmpty()) {
                wrong.accept("orders.large-amounts.%s: not an ISO 4217 code of a currency".formatted(code));
            } else if (amount < 0) {
                wrong.accept("orders.large-amounts.%s: must not be negative".formatted(code));
            }
        });
    }

    private void confirmAbove(String code, long amount) {
        largeAmounts.put(currency(code).orElseThrow(), amount);
    }

    /** A code that is set by an environment variable is in lower case. */
    private static Optional<Currency> currency(String code) {
        return Money.currency(code.toUpperCase(Locale.ROOT));
    }

    /** Whether the total is large and the buyer has not acknowledged it. */
    boolean isAmountUnconfirmed(OrderDraft draft) {
        if (largeAmounts.isEmpty()) {
            return false;
        }
        Money total = draft.total();
        return total.minor() > largeAmounts.getOrDefault(total.currency(), Long.MAX_VALUE)
                && !draft.acknowledgements().contains(new Acknowledgement.LargeAmount(total.minor()));
    }

    /** The draft's content, with the earlier orders that the buyer has acknowledged. */
    static ContentClaim claim(OrderDraft draft) {
        return new ContentClaim(BASE_64.encodeToString(Content.fingerprint(draft)), acknowledgedOrders(draft));
    }

    private static List<OrderNumber> acknowledgedOrders(OrderDraft draft) {
        if (draft.acknowledgements().isEmpty()) {
            return List.of(); // nearly always
        }
        return draft.acknowledgements().stream()
                .filter(Acknowledgement.SecondOrder.class::isInstance)
                .map(second -> ((Acknowledgement.SecondOrder) second).earlier())
                .toList();
    }
}
