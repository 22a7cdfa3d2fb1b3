package dev.orderonce.orders;

import dev.orderonce.admission.Admission;
import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.ContentClaim;
import dev.orderonce.admission.RateLimited;
import dev.orderonce.idempotency.PollSchedule;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;

/**
 * Compares a new order with the buyer's earlier order of the same content: only an existing one that has not ended is a
 * possible duplicate.
 */
@ApplicationScoped
class DuplicateCheck {
    /**
     * After this time an admitted request has ended, in this service (the reply of PostgreSQL is awaited for 3 s) and
     * in PostgreSQL (a statement ends after that). A number without an order by then was not placed by it.
     */
    private static final Duration IN_FLIGHT_FOR = Duration.ofSeconds(10);

    /**
     * Each attempt fails because an earlier order has ended or another one was placed meanwhile. More attempts than
     * numbers that a claim holds are a loop, not chance.
     */
    private static final int MAX_ATTEMPTS = 8;

    private final AdmitNumber admitNumber;
    private final OrderStore store;
    private final PollSchedule polls;
    private final Validity validity;
    private final Duration duplicateWindow;

    DuplicateCheck(
            AdmitNumber admitNumber, OrderStore store, PollSchedule polls, Validity validity, NumbersSettings numbers) {
        this.admitNumber = admitNumber;
        this.store = store;
        this.polls = polls;
        this.validity = validity;
        this.duplicateWindow = numbers.duplicateWindow();
    }

    /**
     * Checks a new order under a number that Redis has not admitted: it was tried before, or belongs to an idempotency
     * key.
     *
     * @return the refusal; empty if the order may be placed at once
     */
    Uni<Optional<Placement>> check(Buyer buyer, OrderNumber number, ContentClaim claim) {
        return check(buyer, number, claim, MAX_ATTEMPTS);
    }

    private Uni<Optional<Placement>> check(Buyer buyer, OrderNumber number, ContentClaim claim, int attemptsLeft) {
        return admitNumber.check(number, buyer, claim).chain(admission -> switch (admission) {
            case Admission.Admitted _ -> Uni.createFrom().item(Optional.empty());
            case RateLimited limited -> refusal(new Placement.Limited(limited));
            case Admission.PossibleDuplicate duplicate -> compare(buyer, number, claim, duplicate, attemptsLeft);
        });
    }

    /**
     * Compares a new order with the earlier one that Redis has found.
     *
     * @return the refusal; empty if the order may be placed at once
     */
    Uni<Optional<Placement>> compare(
            Buyer buyer, OrderNumber number, ContentClaim claim, Admission.PossibleDuplicate duplicate) {
        return compare(buyer, number, claim, duplicate, MAX_ATTEMPTS);
    }

    private Uni<Optional<Placement>> compare(
            Buyer buyer,
            OrderNumber number,
            ContentClaim claim,
            Admission.PossibleDuplicate duplicate,
            int attemptsLeft) {
        return awaitDecision(duplicate, 0).chain(found -> {
            if (found.isEmpty() && mayBeInFlight(duplicate)) {
                return refusal(new Placement.LookalikeInFlight(duplicate.earlier()));
            }
            if (found.orElse(null) instanceof Order order && isDuplicate(order, claim)) {
                return refusal(new Placement.Lookalike(order, age(order)));
            }
            return checkWithout(buyer, number, claim, duplicate, attemptsLeft);
        });
    }

    /**
     * Whether the earlier order has the claimed content, has not ended and is recent. Redis stores the claim of a
     * request, not the order under its number: that order may have other content, or may have been placed long ago
     * under an idempotency key whose request was repeated after its marker had expired.
     */
    private boolean isDuplicate(Order earlier, ContentClaim claim) {
        return earlier.state().isAlive()
                && ConfirmationPolicy.claim(earlier.content()).content().equals(claim.content())
                && age(earlier).compareTo(duplicateWindow) <= 0;
    }

    private static boolean mayBeInFlight(Admission.PossibleDuplicate duplicate) {
        return duplicate.since().compareTo(IN_FLIGHT_FOR) < 0;
    }

    /** Checks again without the earlier order, which was never placed or has ended. */
    private Uni<Optional<Placement>> checkWithout(
            Buyer buyer,
            OrderNumber number,
            ContentClaim claim,
            Admission.PossibleDuplicate duplicate,
            int attemptsLeft) {
        return attemptsLeft == 0
                ? refusal(new Placement.LookalikeInFlight(duplicate.earlier()))
                : check(buyer, number, claim.withEnded(duplicate.earlier()), attemptsLeft - 1);
    }

    /** Polls for an earlier order that was submitted at the same time: its insert takes a few milliseconds more. */
    private Uni<Optional<DecidedNumber>> awaitDecision(Admission.PossibleDuplicate duplicate, int polled) {
        return store.find(duplicate.earlier())
                .chain(found -> found.isPresent() || polls.isOver(polled) || !mayBeInFlight(duplicate)
                        ? Uni.createFrom().item(found)
                        : polls.pause(polled).chain(_ -> awaitDecision(duplicate, polled + 1)));
    }

    private Duration age(Order order) {
        Duration age = Duration.between(order.placedAt(), validity.now());
        return age.isNegative() ? Duration.ZERO : age;
    }

    private static Uni<Optional<Placement>> refusal(Placement placement) {
        return Uni.createFrom().item(Optional.of(placement));
    }
}
