package dev.orderonce.issuing;

import static dev.orderonce.numbers.NumbersSettings.WhenRedisIsDown.TRUST_SIGNATURE;

import dev.orderonce.admission.Admission;
import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.Excess;
import dev.orderonce.admission.Limit;
import dev.orderonce.admission.Limits;
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
import org.jboss.logging.Logger;

/**
 * Gives a buyer a number to order under: the same one for the same checkout, until that one is
 * spent.
 *
 * <p>A checkout's number is derived from the buyer, the checkout and the time, so that every
 * replica finds the same one whether it reaches Redis or not. Time goes in steps of half a
 * validity: a derived number can be placed for at least the other half. Redis remembers the number
 * beyond the step. PostgreSQL is asked whether the checkout was placed under any number that could
 * have been derived for it, because a replica without Redis may have placed it.
 *
 * <p>A checkout gets a second number only when its first can no longer become an order, and a
 * tombstone under the first is committed before the second is handed out.
 */
@ApplicationScoped
public class IssueNumber {
    private static final Logger LOG = Logger.getLogger(IssueNumber.class);

    /** A page's id for a checkout is a UUID or the like; four of them fit. */
    public static final int LONGEST_CHECKOUT = 128;

    /**
     * How often another number is tried: when a number was taken (one in 2³⁰ for each other number
     * of the same buyer and second), or a checkout's replacement was voided by another request in
     * the same instant. Three times is not chance but a loop.
     */
    private static final int MOST_TRIES = 3;

    /**
     * Numbers that are derived for one checkout and step, each after a tombstone under the one
     * before. A checkout that is voided more often gets random numbers, which it finds again as
     * long as Redis remembers them.
     */
    private static final int MOST_DERIVED = 8;

    /**
     * Steps whose numbers may have been placed within the last validity: the present one and the
     * two before.
     */
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

    /** A number of its own for a request that names no checkout. */
    public Uni<Issue> issue(Buyer buyer) {
        return issue(buyer, MOST_TRIES);
    }

    private Uni<Issue> issue(Buyer buyer, int triesLeft) {
        OrderNumber fresh = keys.mint(buyer, validity.now());
        return unlessSilent(registerNumber.register(fresh, buyer))
                .chain(answer -> answer.map(claim -> claimed(buyer, fresh, claim, triesLeft))
                        .orElseGet(() -> item(unlessLimited(buyer, fresh))));
    }

    private Uni<Issue> claimed(Buyer buyer, OrderNumber fresh, Registration registration, int triesLeft) {
        return switch (registration) {
            case Registration.Fresh _ -> issued(fresh);
            case Registration.Limited(Excess excess) -> item(new Limited(excess));
            case Registration.Taken _ -> again(buyer, triesLeft);
            case Registration.Held _ -> throw new IllegalStateException("no checkout was named");
        };
    }

    /** What Redis answers; empty if it does not, and numbers are issued all the same. */
    private Uni<Optional<Registration>> unlessSilent(Uni<Registration> registration) {
        return registration
                .map(Optional::of)
                .onFailure(failure -> trustsSignature && isSilent(failure, Store.REDIS))
                .recoverWithItem(Optional.empty());
    }

    /** Without Redis. */
    private Issue unlessLimited(Buyer buyer, OrderNumber number) {
        return limits.takeWithoutRedis(Limit.NUMBERS_ISSUED, buyer)
                .<Issue>map(Limited::new)
                .orElseGet(() -> new Issued(number));
    }

    private Uni<Issue> again(Buyer buyer, int triesLeft) {
        return triesLeft == 0 ? StoreUnavailable.failure(Store.REDIS) : issue(buyer, triesLeft - 1);
    }

    /** The number of this buyer's checkout. */
    public Uni<Issue> issue(Buyer buyer, String checkout) {
        if (!isCheckout(checkout)) {
            return Uni.createFrom()
                    .item(new BadCheckout("a checkout is 1 to " + LONGEST_CHECKOUT + " visible ASCII characters"));
        }
        return new Request(buyer, checkout).claim(0, Optional.empty(), MOST_TRIES);
    }

    private static boolean isCheckout(String checkout) {
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
         * Asks Redis for the checkout's number, or has it remember one.
         *
         * @param attempt which of the numbers of this step to offer
         * @param spent the number that Redis holds for the checkout and that is to be replaced
         */
        Uni<Issue> claim(int attempt, Optional<String> spent, int triesLeft) {
            if (triesLeft == 0) {
                return StoreUnavailable.failure(Store.REDIS);
            }
            OrderNumber fresh = number(attempt);
            return unlessSilent(registerNumber.register(buyer, checkout, fresh, spent))
                    .chain(answer -> answer.map(claim -> claimed(fresh, claim, attempt, spent, triesLeft))
                            .orElseGet(this::withoutRedis));
        }

        private Uni<Issue> claimed(
                OrderNumber fresh, Registration registration, int attempt, Optional<String> spent, int triesLeft) {
            return switch (registration) {
                case Registration.Fresh _ -> unlessDecided(fresh, () -> issued(fresh), triesLeft);
                case Registration.Limited(Excess excess) -> item(new Limited(excess));
                case Registration.Taken _ -> replaceTaken(fresh, attempt, spent, triesLeft);
                case Registration.Held(String held) -> checkHeld(held, triesLeft);
            };
        }

        /**
         * Redis knows the number and not that it is this checkout's: it has lost that, or (one in
         * 2³⁰) another checkout of this buyer has the same number. In both cases the number must
         * not be placed beside another one.
         */
        private Uni<Issue> replaceTaken(OrderNumber taken, int attempt, Optional<String> spent, int triesLeft) {
            return registry.voidIfUndecided(taken, buyer, VoidReason.NOT_CACHED, validity.now())
                    .chain(status -> status instanceof NumberStatus.Placed
                            ? item(new AlreadyPlaced(taken))
                            : claim(attempt + 1, spent, triesLeft - 1));
        }

        /**
         * What Redis holds is returned only if it is this buyer's: a reply that belongs to another
         * request must not reach this one.
         */
        private Uni<Issue> checkHeld(String held, int triesLeft) {
            return keys.readOwn(held, buyer)
                    .map(number -> unlessDecided(number, () -> unlessUnplaceable(number, triesLeft), triesLeft))
                    .orElseGet(() -> {
                        LOG.warn(
                                "Redis holds a number for a checkout that was not issued to its buyer; it is replaced");
                        return decided()
                                .chain(statuses ->
                                        placed(statuses).orElseGet(() -> replace(held, statuses, triesLeft)));
                    });
        }

        /**
         * An order of the checkout is the answer, under whichever number it was placed; a tombstone
         * under this number is replaced.
         */
        private Uni<Issue> unlessDecided(OrderNumber number, Supplier<Uni<Issue>> undecided, int triesLeft) {
            return decided(number)
                    .chain(statuses -> placed(statuses)
                            .orElseGet(() -> statuses.get(number) instanceof NumberStatus.Voided
                                    ? replace(number.symbols(), statuses, triesLeft)
                                    : undecided.get()));
        }

        private Optional<Uni<Issue>> placed(Map<OrderNumber, NumberStatus> statuses) {
            return statuses.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(new NumberStatus.Placed(buyer)))
                    .findFirst()
                    .map(entry -> item(new AlreadyPlaced(entry.getKey())));
        }

        private Uni<Issue> unlessUnplaceable(OrderNumber held, int triesLeft) {
            return admitNumber.look(held, buyer).chain(admission -> switch (admission) {
                case Admission.Admitted _ -> issued(held);
                case Admission.CannotTell(Store silent) -> StoreUnavailable.failure(silent);
                case Admission.Refused(VoidReason why, boolean _) -> voidAndReplace(held, why, triesLeft);
            });
        }

        private Uni<Issue> voidAndReplace(OrderNumber held, VoidReason why, int triesLeft) {
            return registry.voidIfUndecided(held, buyer, why, validity.now())
                    .chain(status -> status instanceof NumberStatus.Placed
                            ? item(new AlreadyPlaced(held))
                            : decided().chain(statuses -> replace(held.symbols(), statuses, triesLeft)));
        }

        private Uni<Issue> replace(String spent, Map<OrderNumber, NumberStatus> statuses, int triesLeft) {
            return claim(firstUsable(statuses), Optional.of(spent), triesLeft - 1);
        }

        /** Every replica derives the same number, so a reload finds it again. */
        private Uni<Issue> withoutRedis() {
            return decided()
                    .chain(statuses -> placed(statuses)
                            .orElseGet(() -> item(unlessLimited(buyer, number(firstUsable(statuses))))));
        }

        private int firstUsable(Map<OrderNumber, NumberStatus> statuses) {
            int attempt = 0;
            while (attempt < MOST_DERIVED && statuses.get(derived(0, attempt)) instanceof NumberStatus.Voided) {
                attempt++;
            }
            return attempt;
        }

        /** What PostgreSQL says of this number, and of those that were derived for the checkout. */
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
                    .all(IntStream.range(0, STEPS)
                            .mapToObj(back -> decidedInStep(back, 0))
                            .toList())
                    .andFailFast()
                    .map(steps -> {
                        Map<OrderNumber, NumberStatus> statuses = new HashMap<>();
                        steps.forEach(statuses::putAll);
                        return statuses;
                    });
        }

        /** After a tombstone the next number of the step may have been issued. */
        private Uni<Map<OrderNumber, NumberStatus>> decidedInStep(int stepsBack, int attempt) {
            OrderNumber number = derived(stepsBack, attempt);
            return registry.statusOf(number)
                    .chain(status -> (status instanceof NumberStatus.Voided && attempt + 1 < MOST_DERIVED
                                    ? decidedInStep(stepsBack, attempt + 1)
                                    : Uni.createFrom().item(new HashMap<OrderNumber, NumberStatus>()))
                            .invoke(statuses -> statuses.put(number, status)));
        }

        private OrderNumber number(int attempt) {
            return attempt < MOST_DERIVED ? derived(0, attempt) : keys.mint(buyer, validity.now());
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

    private static boolean isSilent(Throwable failure, Store store) {
        return failure instanceof StoreUnavailable silent && silent.store() == store;
    }
}
