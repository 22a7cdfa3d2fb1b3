package dev.orderonce.issuing;

import static dev.orderonce.numbers.NumbersSettings.WhenRedisIsDown.TRUST_SIGNATURE;

import dev.orderonce.admission.Admission;
import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.Limit;
import dev.orderonce.admission.Limits;
import dev.orderonce.admission.RateLimited;
import dev.orderonce.admission.RegisterNumber;
import dev.orderonce.admission.Registration;
import dev.orderonce.identity.Buyer;
import dev.orderonce.issuing.Issue.AlreadyPlaced;
import dev.orderonce.issuing.Issue.BadCheckout;
import dev.orderonce.issuing.Issue.Issued;
import dev.orderonce.issuing.Issue.Limited;
import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.SigningKeys;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Issues order numbers: the same one for the same checkout, until it is placed or retired.
 *
 * <p>A checkout's number is derived from the buyer, the checkout and the time, so that every replica derives the same
 * one with or without Redis. Time is divided into steps of half a validity: a derived number can be placed for at least
 * the other half. Redis keeps the number beyond its step.
 *
 * <p>A checkout that Redis does not know is looked up in PostgreSQL: an order completes it, or exists under a number
 * that may have been derived for it, because a replica without Redis may have placed it without its checkout. While
 * Redis knows the checkout under this step's number, and that number is untried, PostgreSQL is not asked: what another
 * replica has placed meanwhile is found when this number is placed.
 *
 * <p>A checkout gets a second number only when the first can no longer become an order: a tombstone under the first is
 * committed before the second is returned.
 */
@ApplicationScoped
public class IssueNumber {
    private static final Logger LOG = Logger.getLogger(IssueNumber.class);

    /** In characters; a checkout's id is usually a UUID, which has 36. */
    public static final int LONGEST_CHECKOUT = 128;

    /** What a checkout's id has to be, as the rest of a sentence. */
    public static final String CHECKOUT_RULE = "must be 1 to " + LONGEST_CHECKOUT + " visible ASCII characters";

    /**
     * Attempts with another number: when a number is taken (one in 2³⁰ for each other number of the same buyer and
     * second), or another request voids a checkout's replacement at the same time. More attempts are a loop, not
     * chance.
     */
    private static final int MAX_ATTEMPTS = 3;

    /**
     * Numbers derived for one checkout and step, each after a tombstone under the one before. A checkout that is voided
     * more often gets random numbers, which a repeat gets again for as long as Redis keeps them.
     */
    private static final int MAX_DERIVED = 8;

    /** Steps whose numbers may have been placed within the last validity: the current one and the two before. */
    private static final int STEPS = 3;

    private final SigningKeys keys;
    private final RegisterNumber registerNumber;
    private final NumberRegistry registry;
    private final AdmitNumber admitNumber;
    private final Limits limits;
    private final Validity validity;
    private final boolean trustsSignature;

    IssueNumber(
            SigningKeys keys,
            RegisterNumber registerNumber,
            NumberRegistry registry,
            AdmitNumber admitNumber,
            Limits limits,
            Validity validity,
            NumbersSettings settings) {
        this.keys = keys;
        this.registerNumber = registerNumber;
        this.registry = registry;
        this.admitNumber = admitNumber;
        this.limits = limits;
        this.validity = validity;
        this.trustsSignature = settings.whenRedisIsDown() == TRUST_SIGNATURE;
    }

    /** Issues a new number to a request that names no checkout. */
    public Uni<Issue> issue(Buyer buyer) {
        return issue(buyer, MAX_ATTEMPTS);
    }

    private Uni<Issue> issue(Buyer buyer, int attemptsLeft) {
        OrderNumber fresh = keys.mint(buyer, validity.now());
        return emptyWithoutRedis(registerNumber.register(fresh, buyer))
                .chain(registered -> registered
                        .map(registration -> issue(buyer, fresh, registration, attemptsLeft))
                        .orElseGet(() -> item(issueWithoutRedis(buyer, fresh))));
    }

    private Uni<Issue> issue(Buyer buyer, OrderNumber fresh, Registration registration, int attemptsLeft) {
        return switch (registration) {
            case Registration.Registered _ -> issued(fresh);
            case RateLimited limited -> item(new Limited(limited));
            case Registration.Taken _ ->
                attemptsLeft == 0 ? StoreUnavailable.failure(Store.REDIS) : issue(buyer, attemptsLeft - 1);
            case Registration.Held _ -> throw new IllegalStateException("no checkout was named");
        };
    }

    /** Empty if Redis is unavailable and the setting is to issue numbers without it. */
    private Uni<Optional<Registration>> emptyWithoutRedis(Uni<Registration> registration) {
        return registration
                .map(Optional::of)
                .onFailure(failure -> trustsSignature
                        && failure instanceof StoreUnavailable unavailable
                        && unavailable.store() == Store.REDIS)
                .recoverWithItem(Optional.empty());
    }

    private Issue issueWithoutRedis(Buyer buyer, OrderNumber number) {
        return limits.countUnlessFull(Limit.NUMBERS_ISSUED, buyer)
                .<Issue>map(Limited::new)
                .orElseGet(() -> new Issued(number));
    }

    /** Issues the number of a buyer's checkout. */
    public Uni<Issue> issue(Buyer buyer, String checkout) {
        if (!isCheckout(checkout)) {
            return Uni.createFrom().item(new BadCheckout("\"checkout\" " + CHECKOUT_RULE + "."));
        }
        return new Request(buyer, checkout).register(0, Optional.empty(), MAX_ATTEMPTS);
    }

    /** Whether the text is the id of a checkout. */
    public static boolean isCheckout(String checkout) {
        return !checkout.isEmpty()
                && checkout.length() <= LONGEST_CHECKOUT
                && checkout.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    /** One request for a checkout's number. */
    private final class Request {
        private final Buyer buyer;
        private final String checkout;
        private final long stepSeconds = Math.max(1, validity.ttl().toSeconds() / 2);
        private final long step = validity.now().getEpochSecond() / stepSeconds;

        Request(Buyer buyer, String checkout) {
            this.buyer = buyer;
            this.checkout = checkout;
        }

        /**
         * Registers a number for the checkout, unless Redis has one that is not to be replaced.
         *
         * @param attempt which of the numbers of this step to register, from 0
         * @param replaced the number that Redis has for the checkout and that is to be replaced
         */
        Uni<Issue> register(int attempt, Optional<String> replaced, int attemptsLeft) {
            if (attemptsLeft == 0) {
                return StoreUnavailable.failure(Store.REDIS);
            }
            OrderNumber fresh = number(attempt);
            return emptyWithoutRedis(registerNumber.register(buyer, checkout, fresh, replaced))
                    .chain(registered -> registered
                            .map(registration -> issue(fresh, registration, attempt, replaced, attemptsLeft))
                            .orElseGet(this::issueWithoutRedis));
        }

        private Uni<Issue> issue(
                OrderNumber fresh,
                Registration registration,
                int attempt,
                Optional<String> replaced,
                int attemptsLeft) {
            return switch (registration) {
                case Registration.Registered _ -> unlessCompleted(fresh, attemptsLeft);
                case RateLimited limited -> item(new Limited(limited));
                case Registration.Taken _ -> replaceTaken(fresh, attempt, replaced, attemptsLeft);
                case Registration.Held(String held, boolean isUntried) ->
                    isUntried ? issued(fresh) : checkHeld(held, attemptsLeft);
            };
        }

        /**
         * While Redis has an untried number for the checkout, the checkout is not looked up again. So a number that is
         * not issued because there is an order is unregistered with its checkout. Without the result of the look-up it
         * stays, because another request may have issued it meanwhile, and no longer counts as untried.
         */
        private Uni<Issue> unlessCompleted(OrderNumber fresh, int attemptsLeft) {
            return unlessDecided(fresh, () -> issued(fresh), attemptsLeft)
                    .onFailure()
                    .call(() -> registerNumber.markTried(fresh, buyer))
                    .call(issue -> issue instanceof AlreadyPlaced
                            ? registerNumber.unregister(buyer, checkout, fresh)
                            : Uni.createFrom().voidItem());
        }

        /**
         * The number is registered, but not for this checkout: Redis has lost the checkout's key, or (one in 2³⁰)
         * another checkout of this buyer has the same number. In both cases it must not be placed in addition to
         * another one.
         */
        private Uni<Issue> replaceTaken(OrderNumber taken, int attempt, Optional<String> replaced, int attemptsLeft) {
            return registry.voidIfUndecided(taken, buyer, VoidReason.NOT_CACHED, validity.now())
                    .chain(status -> status instanceof NumberStatus.Placed
                            ? item(new AlreadyPlaced(taken))
                            : register(attempt + 1, replaced, attemptsLeft - 1));
        }

        /**
         * The number in Redis is returned only if it was issued to this buyer: a reply that belongs to another request
         * must not be returned to this one.
         */
        private Uni<Issue> checkHeld(String held, int attemptsLeft) {
            return keys.readOwn(held, buyer)
                    .map(number -> unlessDecided(number, () -> unlessUnplaceable(number, attemptsLeft), attemptsLeft))
                    .orElseGet(() -> {
                        LOG.warn("replacing a number that Redis has for a checkout: it was not issued to the buyer");
                        return decided()
                                .chain(statuses ->
                                        placed(statuses).orElseGet(() -> replace(held, statuses, attemptsLeft)));
                    });
        }

        /**
         * Returns the checkout's order, under whichever of its numbers it was placed; a number with a tombstone is
         * replaced.
         */
        private Uni<Issue> unlessDecided(OrderNumber number, Supplier<Uni<Issue>> undecided, int attemptsLeft) {
            return decided(number)
                    .chain(statuses -> placed(statuses)
                            .orElseGet(() -> statuses.get(number) instanceof NumberStatus.Voided
                                    ? replace(number.symbols(), statuses, attemptsLeft)
                                    : undecided.get()));
        }

        private Optional<Uni<Issue>> placed(Map<OrderNumber, NumberStatus> statuses) {
            return statuses.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(new NumberStatus.Placed(buyer)))
                    .findFirst()
                    .map(entry -> item(new AlreadyPlaced(entry.getKey())));
        }

        private Uni<Issue> unlessUnplaceable(OrderNumber held, int attemptsLeft) {
            return admitNumber.lookUp(held, buyer, Optional.empty()).chain(found -> switch (found.admission()) {
                case Admission.Admitted _ -> issued(held);
                case Admission.Refused(VoidReason reason, boolean _) -> voidAndReplace(held, reason, attemptsLeft);
            });
        }

        private Uni<Issue> voidAndReplace(OrderNumber held, VoidReason reason, int attemptsLeft) {
            return registry.voidIfUndecided(held, buyer, reason, validity.now())
                    .chain(status -> status instanceof NumberStatus.Placed
                            ? item(new AlreadyPlaced(held))
                            : decided().chain(statuses -> replace(held.symbols(), statuses, attemptsLeft)));
        }

        private Uni<Issue> replace(String replaced, Map<OrderNumber, NumberStatus> statuses, int attemptsLeft) {
            return register(firstUsable(statuses), Optional.of(replaced), attemptsLeft - 1);
        }

        /** Every replica derives the same number, so a reload gets it again. */
        private Uni<Issue> issueWithoutRedis() {
            return decided()
                    .chain(statuses -> placed(statuses)
                            .orElseGet(() ->
                                    item(IssueNumber.this.issueWithoutRedis(buyer, number(firstUsable(statuses))))));
        }

        private int firstUsable(Map<OrderNumber, NumberStatus> statuses) {
            int attempt = 0;
            while (attempt < MAX_DERIVED && statuses.get(derived(0, attempt)) instanceof NumberStatus.Voided) {
                attempt++;
            }
            return attempt;
        }

        /**
         * The statuses of this number, of the checkout's order, and of the numbers that may have been derived for it.
         */
        private Uni<Map<OrderNumber, NumberStatus>> decided(OrderNumber number) {
            return decided()
                    .chain(statuses -> statuses.containsKey(number)
                            ? Uni.createFrom().item(statuses)
                            : registry.statusOf(number).map(status -> {
                                statuses.put(number, status);
                                return statuses;
                            }));
        }

        private Uni<Map<OrderNumber, NumberStatus>> decided() {
            return Uni.join()
                    .all(Stream.concat(
                                    Stream.of(completed()),
                                    IntStream.range(0, STEPS).mapToObj(back -> decidedInStep(back, 0)))
                            .toList())
                    .andFailFast()
                    .map(steps -> {
                        Map<OrderNumber, NumberStatus> statuses = new HashMap<>();
                        steps.forEach(statuses::putAll);
                        return statuses;
                    });
        }

        private Uni<Map<OrderNumber, NumberStatus>> completed() {
            return registry.orderOf(buyer, checkout)
                    .map(order -> order.map(
                                    number -> Map.<OrderNumber, NumberStatus>of(number, new NumberStatus.Placed(buyer)))
                            .orElseGet(Map::of));
        }

        /** After a tombstone, the next number of the step may have been issued. */
        private Uni<Map<OrderNumber, NumberStatus>> decidedInStep(int stepsBack, int attempt) {
            OrderNumber number = derived(stepsBack, attempt);
            return registry.statusOf(number)
                    .chain(status -> (status instanceof NumberStatus.Voided && attempt + 1 < MAX_DERIVED
                                    ? decidedInStep(stepsBack, attempt + 1)
                                    : Uni.createFrom().item(new HashMap<OrderNumber, NumberStatus>()))
                            .invoke(statuses -> statuses.put(number, status)));
        }

        private OrderNumber number(int attempt) {
            return attempt < MAX_DERIVED ? derived(0, attempt) : keys.mint(buyer, validity.now());
        }

        private OrderNumber derived(int stepsBack, int attempt) {
            Instant at = Instant.ofEpochSecond((step - stepsBack) * stepSeconds);
            return keys.derive(buyer, checkout, at, attempt);
        }
    }

    private static Uni<Issue> issued(OrderNumber number) {
        return item(new Issued(number));
    }

    private static Uni<Issue> item(Issue issue) {
        return Uni.createFrom().item(issue);
    }
}
