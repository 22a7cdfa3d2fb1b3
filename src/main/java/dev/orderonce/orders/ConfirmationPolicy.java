package dev.orderonce.orders;

import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.ContentClaim;
import dev.orderonce.admission.Entry;
import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.UnusableSetting;
import dev.orderonce.idempotency.PollSchedule;
import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Base64;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a buyer is asked before a new order: whether such an amount is meant, and whether the same
 * is meant twice.
 */
@ApplicationScoped
class ConfirmationPolicy implements MadeFromSettings {
    /**
     * After this long a request that was let in has come to its end, here (the answer of PostgreSQL
     * is waited for 3 s) and there (a statement ends after that). If no order stands under its
     * number by then, none was placed by it.
     */
    private static final Duration IN_FLIGHT_FOR = Duration.ofSeconds(10);

    /**
     * Each time, one of the earlier ones turned out to be over, or another came in between. More
     * than are kept in mind is not chance but a loop.
     */
    private static final int MOST_TRIES = 8;

    private static final Base64.Encoder BASE_64 = Base64.getUrlEncoder().withoutPadding();

    private final AdmitNumber admitNumber;
    private final OrderStore store;
    private final PollSchedule patience;
    private final Validity validity;
    private final Duration duplicateWindow;
    private final Map<Currency, Long> largeAmounts = new HashMap<>();

    ConfirmationPolicy(
            AdmitNumber admitNumber,
            OrderStore store,
            PollSchedule patience,
            Validity validity,
            NumbersSettings numbers,
            OrderSettings settings) {
        this.duplicateWindow = numbers.duplicateWindow();
        this.admitNumber = admitNumber;
        this.store = store;
        this.patience = patience;
        this.validity = validity;
        settings.largeAmounts().forEach(this::askAbove);
    }

    private void askAbove(String code, long amount) {
        // Set in the environment, the code comes in lower case.
        Currency currency = Money.currency(code.toUpperCase(Locale.ROOT))
                .orElseThrow(() -> new UnusableSetting(
                        "orders.large-amounts.%s: not an ISO 4217 code of a currency".formatted(code)));
        if (amount < 0) {
            throw new UnusableSetting("orders.large-amounts.%s: not negative".formatted(code));
        }
        largeAmounts.put(currency, amount);
    }

    /** Whether the buyer is to be asked about the amount. */
    boolean isLarge(OrderDraft draft) {
        if (largeAmounts.isEmpty()) {
            return false;
        }
        Money total = draft.total();
        return total.minor() > largeAmounts.getOrDefault(total.currency(), Long.MAX_VALUE)
                && !draft.acknowledgements().contains(new Acknowledgement.LargeAmount(total.minor()));
    }

    /** What the draft has in common with its lookalikes. */
    ContentClaim likeness(OrderDraft draft) {
        return new ContentClaim(content(draft), secondTo(draft));
    }

    private static String content(OrderDraft draft) {
        return BASE_64.encodeToString(Content.fingerprint(draft));
    }

    private static List<OrderNumber> secondTo(OrderDraft draft) {
        if (draft.acknowledgements().isEmpty()) {
            return List.of(); // nearly always
        }
        return draft.acknowledgements().stream()
                .filter(Acknowledgement.SecondOrder.class::isInstance)
                .map(second -> ((Acknowledgement.SecondOrder) second).earlier())
                .toList();
    }

    /**
     * Whether anything is against a new order under this number, for one that Redis has not said
     * yes to.
     *
     * @return what, or nothing: then it is to be placed at once
     */
    Uni<Optional<Placement>> ask(Buyer buyer, OrderNumber number, ContentClaim likeness) {
        return ask(buyer, number, likeness, MOST_TRIES);
    }

    private Uni<Optional<Placement>> ask(Buyer buyer, OrderNumber number, ContentClaim likeness, int triesLeft) {
        return admitNumber.ask(number, buyer, likeness).chain(entry -> switch (entry) {
            case Entry.Free _ -> nothing();
            case Entry.Limited(var excess) -> item(new Placement.Limited(excess));
            case Entry.Alike alike -> compare(buyer, number, likeness, alike, triesLeft);
            case Entry.SeenBefore _ -> nothing();
            case Entry.Refused _ -> nothing();
            case Entry.CannotTell _ -> nothing();
        });
    }

    /** The same for one of which Redis has said that the same was ordered under another number. */
    Uni<Optional<Placement>> compare(Buyer buyer, OrderNumber number, ContentClaim likeness, Entry.Alike alike) {
        return compare(buyer, number, likeness, alike, MOST_TRIES);
    }

    private Uni<Optional<Placement>> compare(
            Buyer buyer, OrderNumber number, ContentClaim likeness, Entry.Alike alike, int triesLeft) {
        return awaitDecision(alike, 0).chain(found -> {
            if (found.isEmpty() && mayBeInFlight(alike)) {
                return item(new Placement.LookalikeInFlight(alike.earlier()));
            }
            return found.orElse(null) instanceof Order order && isLookalike(order, likeness)
                    ? item(lookalike(order))
                    : askWithout(buyer, number, likeness, alike, triesLeft);
        });
    }

    /**
     * What was let in may have been placed with other content after all, or long ago: under a key
     * that is sent again after its mark is gone, for one.
     */
    private boolean isLookalike(Order earlier, ContentClaim likeness) {
        return earlier.state().isAlive()
                && content(earlier.content()).equals(likeness.content())
                && age(earlier).compareTo(duplicateWindow) <= 0;
    }

    private static boolean mayBeInFlight(Entry.Alike alike) {
        return alike.since().compareTo(IN_FLIGHT_FOR) < 0;
    }

    /** The earlier one was never placed, or is over: it is nobody's lookalike any more. */
    private Uni<Optional<Placement>> askWithout(
            Buyer buyer, OrderNumber number, ContentClaim likeness, Entry.Alike alike, int triesLeft) {
        if (triesLeft == 0) {
            return item(new Placement.LookalikeInFlight(alike.earlier()));
        }
        return ask(buyer, number, likeness.without(alike.earlier()), triesLeft - 1);
    }

    /** Both were submitted at once: the earlier one's insert is a few milliseconds away. */
    private Uni<Optional<DecidedNumber>> awaitDecision(Entry.Alike alike, int looks) {
        return store.find(alike.earlier())
                .chain(found -> found.isPresent() || patience.isOver(looks) || !mayBeInFlight(alike)
                        ? Uni.createFrom().item(found)
                        : patience.pause(looks).chain(passed -> awaitDecision(alike, looks + 1)));
    }

    private Placement lookalike(Order earlier) {
        return new Placement.Lookalike(earlier, age(earlier));
    }

    private Duration age(Order order) {
        Duration age = Duration.between(order.placedAt(), validity.now());
        return age.isNegative() ? Duration.ZERO : age;
    }

    private static Uni<Optional<Placement>> nothing() {
        return Uni.createFrom().item(Optional.empty());
    }

    private static Uni<Optional<Placement>> item(Placement placement) {
        return Uni.createFrom().item(Optional.of(placement));
    }
}
