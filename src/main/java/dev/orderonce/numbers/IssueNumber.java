package dev.orderonce.numbers;

import static dev.orderonce.numbers.NumbersSettings.WhenRedisIsDown.TRUST_SIGNATURE;

import dev.orderonce.identity.Buyer;
import dev.orderonce.limits.Excess;
import dev.orderonce.limits.Limit;
import dev.orderonce.limits.Limits;
import dev.orderonce.numbers.Issue.AlreadyPlaced;
import dev.orderonce.numbers.Issue.BadCheckout;
import dev.orderonce.numbers.Issue.Issued;
import dev.orderonce.numbers.Issue.Limited;
import dev.orderonce.numbers.Issue.Unavailable;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;

import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import java.time.Instant;
import java.util.Optional;

/**
 * Gives a buyer a number to order under: the same one for the same checkout, until that one is
 * spent.
 *
 * <p>A checkout gets a second number only when its first can no longer become an order, and a
 * tombstone under the first is committed before the second is handed out.
 */
@ApplicationScoped
public class IssueNumber {
    /** A page's id for a checkout is a UUID or the like; four of them fit. */
    public static final int LONGEST_CHECKOUT = 128;

    /**
     * How often another number is tried: when a minted one was taken (one in 2³⁰ for each other
     * number of the same buyer and second), or a checkout's replacement was spent by somebody else
     * in the same instant. Three times is not chance but a loop.
     */
    private static final int MOST_TRIES = 3;

    private final SigningKeys keys;
    private final NumberCache cache;
    private final Ledger ledger;
    private final AdmitNumber admitNumber;
    private final Limits limits;
    private final Validity validity;
    private final boolean trustsSignature;
    private volatile Instant redisSilentAt = Instant.EPOCH;

    IssueNumber(
            SigningKeys keys,
            NumberCache cache,
            Ledger ledger,
            AdmitNumber admitNumber,
            Limits limits,
            Validity validity,
            NumbersSettings settings) {
        this.keys = keys;
        this.cache = cache;
        this.ledger = ledger;
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
        return cache.remember(fresh, buyer)
                .onItem()
                .transformToUni(
                        claim ->
                                switch (claim) {
                                    case Claim.Fresh remembered -> issued(fresh);
                                    case Claim.Limited(Excess excess) -> item(new Limited(excess));
                                    case Claim.Taken taken -> again(buyer, triesLeft);
                                    case Claim.Held held -> issued(held.number());
                                })
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(
                        silent ->
                                trustsSignature
                                        ? unlessLimited(buyer, fresh)
                                        : unavailable(silent));
    }

    /** Without Redis. */
    private Issue unlessLimited(Buyer buyer, OrderNumber number) {
        return limits.takeWithoutRedis(Limit.NUMBERS_ISSUED, buyer)
                .<Issue>map(Limited::new)
                .orElseGet(() -> new Issued(number));
    }

    private Uni<Issue> again(Buyer buyer, int triesLeft) {
        return triesLeft == 0
                ? Uni.createFrom().item(new Unavailable(Store.REDIS))
                : issue(buyer, triesLeft - 1);
    }

    /** The number of this buyer's checkout. */
    public Uni<Issue> issue(Buyer buyer, String checkout) {
        if (!isCheckout(checkout)) {
            return Uni.createFrom()
                    .item(
                            new BadCheckout(
                                    "a checkout is 1 to "
                                            + LONGEST_CHECKOUT
                                            + " visible ASCII characters"));
        }
        return claim(buyer, checkout, Optional.empty(), MOST_TRIES)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(IssueNumber::unavailable);
    }

    private static boolean isCheckout(String checkout) {
        return !checkout.isEmpty()
                && checkout.length() <= LONGEST_CHECKOUT
                && checkout.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    private Uni<Issue> claim(
            Buyer buyer, String checkout, Optional<OrderNumber> spent, int triesLeft) {
        OrderNumber fresh = keys.mint(buyer, validity.now());
        return cache.claim(buyer, checkout, fresh, spent)
                .onItem()
                .transformToUni(
                        claim ->
                                switch (claim) {
                                    case Claim.Fresh remembered ->
                                            unlessPlacedWithoutRedis(fresh, buyer, checkout);
                                    case Claim.Limited(Excess excess) -> item(new Limited(excess));
                                    case Claim.Taken taken ->
                                            claimAgain(buyer, checkout, spent, triesLeft);
                                    case Claim.Held(OrderNumber held) ->
                                            lookAt(held, buyer, checkout, triesLeft);
                                })
                .onFailure(failure -> trustsSignature && isSilent(failure, Store.REDIS))
                .recoverWithUni(() -> deriveWithoutRedis(buyer, checkout));
    }

    /**
     * The checkout has a number: it is answered as it stands, or replaced if it can never be
     * placed.
     */
    private Uni<Issue> lookAt(OrderNumber held, Buyer buyer, String checkout, int triesLeft) {
        return ledger.fateOf(held)
                .onItem()
                .transformToUni(
                        fate ->
                                switch (fate) {
                                    case Fate.Ordered ordered -> placed(held);
                                    case Fate.Buried buried ->
                                            replace(held, buyer, checkout, triesLeft);
                                    case Fate.Undecided undecided ->
                                            stillPlaceable(held, buyer, checkout, triesLeft);
                                });
    }

    private Uni<Issue> stillPlaceable(
            OrderNumber held, Buyer buyer, String checkout, int triesLeft) {
        return admitNumber
                .look(held, buyer)
                .onItem()
                .transformToUni(
                        admission ->
                                switch (admission) {
                                    case Admission.Admitted admitted -> issued(held);
                                    case Admission.CannotTell(Store silent) ->
                                            Uni.createFrom().item(new Unavailable(silent));
                                    case Admission.Refused(Why why, boolean forGood) ->
                                            buryAndReplace(held, why, buyer, checkout, triesLeft);
                                });
    }

    private Uni<Issue> buryAndReplace(
            OrderNumber held, Why why, Buyer buyer, String checkout, int triesLeft) {
        return ledger.bury(held, buyer, why, validity.now())
                .onItem()
                .transformToUni(
                        fate ->
                                fate instanceof Fate.Ordered
                                        ? placed(held)
                                        : replace(held, buyer, checkout, triesLeft));
    }

    private Uni<Issue> replace(OrderNumber spent, Buyer buyer, String checkout, int triesLeft) {
        return claimAgain(buyer, checkout, Optional.of(spent), triesLeft);
    }

    private Uni<Issue> claimAgain(
            Buyer buyer, String checkout, Optional<OrderNumber> spent, int triesLeft) {
        return triesLeft == 0
                ? Uni.createFrom().item(new Unavailable(Store.REDIS))
                : claim(buyer, checkout, spent, triesLeft - 1);
    }

    /**
     * Without Redis a checkout still finds its number again: it is derived from the checkout and
     * the step of time it falls into, half a validity long, so it is valid for at least the other
     * half.
     */
    private Uni<Issue> deriveWithoutRedis(Buyer buyer, String checkout) {
        redisSilentAt = validity.now();
        OrderNumber derived = derived(buyer, checkout, 0);
        return ledger.fateOf(derived)
                .map(
                        fate ->
                                switch (fate) {
                                    case Fate.Ordered ordered -> new AlreadyPlaced(derived);
                                    case Fate.Undecided undecided -> unlessLimited(buyer, derived);
                                    case Fate.Buried buried ->
                                            unlessLimited(buyer, keys.mint(buyer, validity.now()));
                                });
    }

    /**
     * After an outage Redis does not know the checkouts that were placed during it. As long as
     * their derived numbers could be valid, a checkout that is new to Redis is looked for under
     * them.
     */
    private Uni<Issue> unlessPlacedWithoutRedis(OrderNumber fresh, Buyer buyer, String checkout) {
        if (validity.now().isAfter(redisSilentAt.plus(validity.validFor()))) {
            return issued(fresh);
        }
        OrderNumber latest = derived(buyer, checkout, 0);
        OrderNumber before = derived(buyer, checkout, 1);
        return ledger.fateOf(latest)
                .onItem()
                .transformToUni(
                        fate ->
                                fate instanceof Fate.Ordered
                                        ? placed(latest)
                                        : ledger.fateOf(before)
                                                .map(
                                                        earlier ->
                                                                earlier instanceof Fate.Ordered
                                                                        ? new AlreadyPlaced(before)
                                                                        : new Issued(fresh)));
    }

    private OrderNumber derived(Buyer buyer, String checkout, int stepsBack) {
        long step = Math.max(1, validity.validFor().toSeconds() / 2);
        long seconds = validity.now().getEpochSecond();
        return keys.derive(
                buyer,
                checkout,
                Instant.ofEpochSecond(seconds - seconds % step - step * stepsBack));
    }

    private static Uni<Issue> issued(OrderNumber number) {
        return item(new Issued(number));
    }

    private static Uni<Issue> placed(OrderNumber number) {
        return item(new AlreadyPlaced(number));
    }

    private static Uni<Issue> item(Issue issue) {
        return Uni.createFrom().item(issue);
    }

    private static boolean isSilent(Throwable failure, Store store) {
        return failure instanceof StoreUnavailable silent && silent.store() == store;
    }

    private static Issue unavailable(Throwable failure) {
        return new Unavailable(((StoreUnavailable) failure).store());
    }
}
