package dev.orderonce.admission;

import static dev.orderonce.admission.CachedNumber.ADMITTED;
import static dev.orderonce.admission.CachedNumber.ISSUED;
import static dev.orderonce.admission.CachedNumber.ISSUED_COUNTED_IN_REDIS;
import static dev.orderonce.admission.CachedNumber.REFUSED;
import static dev.orderonce.admission.CachedNumber.REFUSED_COUNTED_IN_REDIS;
import static dev.orderonce.admission.Limit.NUMBERS_ISSUED;
import static dev.orderonce.admission.Limit.NUMBERS_OUTSTANDING;
import static dev.orderonce.admission.Limit.ORDERS_PLACED;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisScript;
import io.quarkus.redis.datasource.list.ReactiveListCommands;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What Redis knows of a buyer: issued numbers, shared limits, recent content, resubmissions. In the common case every
 * method is one round trip of plain commands; a script runs when the replica's share of a limit is used up, or when the
 * number or its content was used before.
 *
 * <pre>
 *   once:{buyer}:n:NUMBER    i, s: issued, t, u: tried and not admitted, c: admitted; until the number expires. i and t are
 *                            counted as outstanding in the share of a replica, s and u in Redis. After it the
 *                            number's checkout, see {@link CachedNumber}
 *   once:{buyer}:c:CHECKOUT  the checkout's number, for as long as a checkout is remembered
 *   once:{buyer}:l           the shared limits, until every bucket is empty
 *   once:{buyer}:s:CONTENT   the numbers this content was admitted under, for as long as it is a possible duplicate
 *   once:{buyer}:a:NUMBER    the number's resubmissions, for as long as evidence is kept
 * </pre>
 *
 * <p>{@code {buyer}} is a digest: it keeps one buyer's keys in one Cluster slot, and names out of Redis. All methods
 * fail with {@link dev.orderonce.stores.StoreUnavailable} when Redis is unavailable.
 */
@ApplicationScoped
class AdmissionStore {
    private static final Logger LOG = Logger.getLogger(AdmissionStore.class);

    /** Attempts of the script that admits. */
    private static final String FIRST = "first";

    private static final String AGAIN = "again";
    private static final String COUNTED = "counted";
    private static final String UNCOUNTED = "uncounted";

    /** More than a person submits by hand. */
    private static final int MAX_RESUBMISSIONS = 100;

    /** 96 bits: two buyers of one shop never share a tag. */
    private static final int TAG_BYTES = 12;

    private static final int MICROS_PER_SECOND = 1_000_000;

    private static final RedisScript DELETE_IF = RedisScript.load("release-marker");
    private static final RedisScript MARK_TRIED = RedisScript.load("mark-tried");

    private final RedisPipeline redis;
    private final ReactiveListCommands<String, String> lists;
    private final Limits limits;
    private final Clock clock;
    private final long numberTtl;
    private final long checkoutTtl;
    private final Duration duplicateWindow;
    private final long resubmissionTtl;
    private final RedisScript issue;
    private final RedisScript admit;
    private final RedisScript giveBackPlaced;
    private final RedisScript giveBackOutstanding;

    AdmissionStore(RedisPipeline redis, Limits limits, NumbersSettings settings, Clock clock) {
        this.redis = redis;
        this.lists = redis.data().list(String.class);
        this.limits = limits;
        this.clock = clock;
        this.numberTtl = settings.ttl().toMillis();
        this.checkoutTtl = settings.checkoutTtl().toMillis();
        this.duplicateWindow = settings.duplicateWindow();
        this.resubmissionTtl = settings.resubmissionTtl().toMillis();
        Bucket.Part issued = limits.bucket(NUMBERS_ISSUED).shared();
        Bucket.Part outstanding = limits.bucket(NUMBERS_OUTSTANDING).shared();
        Bucket.Part placed = limits.bucket(ORDERS_PLACED).shared();
        this.issue = RedisScript.load(
                "issue",
                micros(issued.interval()),
                micros(issued.depth()),
                micros(outstanding.interval()),
                micros(outstanding.depth()),
                Long.toString(numberTtl),
                Long.toString(checkoutTtl));
        this.admit = RedisScript.load(
                "admit",
                micros(placed.interval()),
                micros(placed.depth()),
                micros(outstanding.interval()),
                Long.toString(duplicateWindow.toMillis()));
        this.giveBackPlaced = RedisScript.load("give-back", "placed", micros(placed.interval()));
        this.giveBackOutstanding = RedisScript.load("give-back", "outstanding", micros(outstanding.interval()));
    }

    private static String micros(double micros) {
        return Double.toString(micros);
    }

    /** Registers a new number that belongs to no checkout. */
    Uni<Registration> register(OrderNumber fresh, Buyer buyer) {
        return new Issued(fresh, buyer, Optional.empty()).register();
    }

    /** Registers a new number for a checkout, unless the checkout has one that is not {@code replaced}. */
    Uni<Registration> register(Buyer buyer, String checkout, OrderNumber fresh, Optional<String> replaced) {
        return new Issued(fresh, buyer, Optional.of(checkout)).register(checkout, replaced);
    }

    /** A new number, counted in this replica's shares as far as it fits, unless it is not registered. */
    private final class Issued {
        private final OrderNumber fresh;
        private final Buyer buyer;
        private final Optional<String> belongsTo;
        private final String tag;
        private final boolean isIssuedCounted;
        private final boolean isOutstandingCounted;

        Issued(OrderNumber fresh, Buyer buyer, Optional<String> belongsTo) {
            this.fresh = fresh;
            this.buyer = buyer;
            this.belongsTo = belongsTo;
            this.tag = tag(buyer);
            this.isIssuedCounted = limits.countInShare(buyer, NUMBERS_ISSUED);
            this.isOutstandingCounted = limits.countInShare(buyer, NUMBERS_OUTSTANDING);
        }

        private boolean isCounted() {
            return isIssuedCounted && isOutstandingCounted;
        }

        private Uni<Registration> uncountUnlessRegistered(Uni<Registration> registration) {
            return registration.onItemOrFailure().invoke((result, failure) -> {
                if (failure == null && result instanceof Registration.Registered) {
                    return;
                }
                if (isIssuedCounted) {
                    limits.uncount(buyer, NUMBERS_ISSUED);
                }
                if (isOutstandingCounted) {
                    limits.uncount(buyer, NUMBERS_OUTSTANDING);
                }
            });
        }

        Uni<Registration> register() {
            return uncountUnlessRegistered(
                    isCounted()
                            ? redis.send(setNumber())
                                    .map(before ->
                                            before == null ? new Registration.Registered() : new Registration.Taken())
                            : runIssue(List.of(limitsKey(tag), numberKey(tag, fresh)), ""));
        }

        Uni<Registration> register(String checkout, Optional<String> replaced) {
            String checkoutKey = key(tag, 'c', checkout);
            return uncountUnlessRegistered(
                    isCounted() && replaced.isEmpty()
                            ? redis.sendTogether("issue", List.of(setNumber(), setCheckout(checkoutKey)))
                                    .chain(replies -> registered(
                                            text(replies.getFirst()), text(replies.getLast()), checkout, checkoutKey))
                            : runIssue(
                                    List.of(limitsKey(tag), numberKey(tag, fresh), checkoutKey), replaced.orElse("")));
        }

        private Request setNumber() {
            return Request.cmd(Command.SET)
                    .arg(numberKey(tag, fresh))
                    .arg(new CachedNumber(ISSUED, CachedNumber.belongingTo(belongsTo)).text())
                    .arg("NX")
                    .arg("PX")
                    .arg(numberTtl)
                    .arg("GET");
        }

        private Request setCheckout(String checkoutKey) {
            return Request.cmd(Command.SET)
                    .arg(checkoutKey)
                    .arg(fresh.symbols())
                    .arg("NX")
                    .arg("PX")
                    .arg(checkoutTtl)
                    .arg("GET");
        }

        /**
         * Plain commands have registered the number and the checkout, or one of them, or none. Those of another request
         * for the same checkout can be executed in between: both have the same number, and neither must take it from
         * the other.
         *
         * @param before the state that the number had before
         * @param held the number that the checkout had before
         */
        private Uni<Registration> registered(
                @Nullable String before, @Nullable String held, String checkout, String checkoutKey) {
            boolean isOwn = before != null && CachedNumber.parse(before).belongsTo(checkout);
            if (held == null) {
                return before == null
                        ? Uni.createFrom().item(new Registration.Registered())
                        : isOwn
                                ? Uni.createFrom().item(new Registration.Held(fresh.symbols(), false))
                                // The number was registered before, and not for this checkout, which must not keep it.
                                : redis.run(DELETE_IF, List.of(checkoutKey), List.of(fresh.symbols()))
                                        .replaceWith(new Registration.Taken());
            }
            if (held.equals(fresh.symbols())) {
                return Uni.createFrom()
                        .item(
                                before == null
                                        ? new Registration.Registered()
                                        : new Registration.Held(
                                                held, CachedNumber.parse(before).isUntried()));
            }
            if (before == null) {
                fireAndForget("delete", redis.send(Request.cmd(Command.DEL).arg(numberKey(tag, fresh))));
            }
            return Uni.createFrom().item(new Registration.Held(held, false));
        }

        private Uni<Registration> runIssue(List<String> keys, String replaced) {
            return redis.run(
                            issue,
                            keys,
                            List.of(
                                    fresh.symbols(),
                                    replaced,
                                    isIssuedCounted ? COUNTED : UNCOUNTED,
                                    isOutstandingCounted ? COUNTED : UNCOUNTED,
                                    belongsTo.orElse("")))
                    .map(reply -> registration(buyer, reply.toString()))
                    .invoke(this::countInRedis);
        }

        private void countInRedis(Registration registration) {
            if (registration instanceof Registration.Registered) {
                if (!isIssuedCounted) {
                    limits.countInRedis(NUMBERS_ISSUED, buyer, 1);
                }
                if (!isOutstandingCounted) {
                    limits.countInRedis(NUMBERS_OUTSTANDING, buyer, 1);
                }
            }
        }
    }

    private Registration registration(Buyer buyer, String text) {
        String[] words = text.split(" ", 2);
        return switch (words[0]) {
            case "issued" -> new Registration.Registered();
            case "taken" -> new Registration.Taken();
            case "held" -> new Registration.Held(words[1], false);
            case "limited" -> limits.limited(buyer, words[1]);
            default -> throw unexpected(text);
        };
    }

    /**
     * Admits an issued number that is to be placed for the first time.
     *
     * @param named the checkout that the request names
     */
    Uni<Admittance<Admission>> admit(OrderNumber number, Buyer buyer, Optional<String> named, ContentClaim claim) {
        Uni<Admittance<Admission>> admitted = limits.countInShare(buyer, ORDERS_PLACED)
                ? new Counted(number, buyer, claim).admit(named)
                : admitByScript(number, buyer, named, claim);
        return admitted.invoke(admittance -> recordUnlessAdmitted(number, buyer, admittance.admission()));
    }

    private void recordUnlessAdmitted(OrderNumber number, Buyer buyer, Admission admission) {
        switch (admission) {
            case Admission.Admitted _, Admission.OtherCheckout _ -> {}
            case Admission.SeenBefore _ -> record(number, buyer, Resubmission.AGAIN);
            case Admission.Refused _ -> record(number, buyer, Resubmission.LATE);
            case RateLimited _ -> record(number, buyer, Resubmission.LIMITED);
            case Admission.PossibleDuplicate _ -> record(number, buyer, Resubmission.LOOKALIKE);
        }
    }

    private void record(OrderNumber number, Buyer buyer, String outcome) {
        fireAndForget("record", recordResubmission(number, buyer, outcome));
    }

    /** Nothing waits for the reply: what is not changed in Redis expires. */
    private static void fireAndForget(String command, Uni<?> sent) {
        sent.subscribe().with(_ -> {}, failure -> LOG.debugf("%s: %s", command, failure));
    }

    /**
     * Checks a number that is not to be placed for the first time, or that belongs to an idempotency key. No order
     * exists under it. The keys of a buyer are unbounded, so nothing is kept of a key's number when it is refused.
     */
    Uni<Admission.Check> check(OrderNumber number, Buyer buyer, ContentClaim claim) {
        if (number.isIssuable()) {
            return checkByScript(AGAIN, number, buyer, claim)
                    .invoke(check -> recordUnlessAdmitted(number, buyer, check));
        }
        return limits.countInShare(buyer, ORDERS_PLACED)
                ? new Counted(number, buyer, claim).check()
                : checkByScript(AGAIN, number, buyer, claim);
    }

    /** A request that is counted as an order placed in this replica's share, unless it is refused. */
    private final class Counted {
        private final OrderNumber number;
        private final Buyer buyer;
        private final ContentClaim claim;
        private final String tag;

        Counted(OrderNumber number, Buyer buyer, ContentClaim claim) {
            this.number = number;
            this.buyer = buyer;
            this.claim = claim;
            this.tag = tag(buyer);
        }

        /** Admits an issued number. */
        Uni<Admittance<Admission>> admit(Optional<String> named) {
            Request setAdmitted = setNumber(CachedNumber.admittedNaming(named)).arg("GET");
            return redis.sendTogether(
                            "admit",
                            duplicateWindow.isZero() ? List.of(setAdmitted) : List.of(setAdmitted, claimContent()))
                    .chain(replies -> admitted(
                            text(replies.getFirst()), named, replies.size() > 1 ? text(replies.getLast()) : null))
                    .onItemOrFailure()
                    .invoke((admittance, failure) -> {
                        if (failure != null || !(admittance.admission() instanceof Admission.Admitted)) {
                            limits.uncount(buyer, ORDERS_PLACED);
                        }
                    });
        }

        /**
         * The number is set as admitted, if it is cached.
         *
         * @param before what it was before
         * @param earlier the numbers of an earlier claim of the content
         */
        private Uni<Admittance<Admission>> admitted(
                @Nullable String before, Optional<String> named, @Nullable String earlier) {
            if (before == null) {
                return Uni.createFrom().item(new Admittance<>(notCached(), named));
            }
            CachedNumber cached = CachedNumber.parse(before);
            return admission(cached, named, earlier)
                    .map(admission -> new Admittance<>(admission, cached.checkout(named)));
        }

        private Uni<Admission> admission(CachedNumber before, Optional<String> named, @Nullable String earlier) {
            if (!before.allows(named)) {
                return redis.send(setNumber(before.refused())).replaceWith(new Admission.OtherCheckout());
            }
            if (named.isEmpty() && before.hasCheckout()) {
                // The command has set the state without it. A repeat that comes earlier than this has to name it.
                fireAndForget("keep-checkout", redis.send(setNumber(before.admitted())));
            }
            return switch (before.state()) {
                case ADMITTED -> Uni.createFrom().item(new Admission.SeenBefore());
                case REFUSED, REFUSED_COUNTED_IN_REDIS ->
                    redis.send(setNumber(before)).replaceWith(new Admission.SeenBefore());
                case ISSUED, ISSUED_COUNTED_IN_REDIS ->
                    claimed(earlier, String.valueOf(before.refused().state()))
                            .invoke(check -> {
                                if (check instanceof Admission.Admitted) {
                                    uncountOutstanding(before, buyer);
                                }
                            })
                            .map(check -> check);
                default -> throw unexpected(before.text());
            };
        }

        /** Checks the number of an idempotency key, which Redis never caches. */
        Uni<Admission.Check> check() {
            // Numbers whose orders have ended are known after a first attempt only: the claim is known to exist.
            Uni<Admission.Check> check = duplicateWindow.isZero()
                    ? Uni.createFrom().item(new Admission.Admitted())
                    : claim.ended().isEmpty()
                            ? redis.send(claimContent()).chain(earlier -> claimed(text(earlier), COUNTED))
                            : checkByScript(COUNTED, number, buyer, claim);
            return check.onItemOrFailure().invoke((result, failure) -> {
                if (failure != null || !(result instanceof Admission.Admitted)) {
                    limits.uncount(buyer, ORDERS_PLACED);
                }
            });
        }

        /**
         * The claim was set, or there is an earlier one.
         *
         * @param earlier the numbers of the earlier claim
         * @param attempt of the script that compares them
         */
        private Uni<Admission.Check> claimed(@Nullable String earlier, String attempt) {
            return earlier == null
                    ? Uni.createFrom().item(new Admission.Admitted())
                    : checkByScript(attempt, number, buyer, claim);
        }

        private Request setNumber(CachedNumber value) {
            return Request.cmd(Command.SET)
                    .arg(numberKey(tag, number))
                    .arg(value.text())
                    .arg("XX")
                    .arg("KEEPTTL");
        }

        private Request claimContent() {
            return Request.cmd(Command.SET)
                    .arg(key(tag, 's', claim.content()))
                    .arg(number.symbols())
                    .arg("NX")
                    .arg("PX")
                    .arg(duplicateWindow.toMillis())
                    .arg("GET");
        }
    }

    private static @Nullable String text(@Nullable Response reply) {
        return reply == null ? null : reply.toString();
    }

    private Uni<Admittance<Admission>> admitByScript(
            OrderNumber number, Buyer buyer, Optional<String> named, ContentClaim claim) {
        return runAdmit(FIRST, number, buyer, named, claim)
                .map(reply -> new Admittance<>(
                        switch (reply.outcome()) {
                            case "seen-before" ->
                                reply.allows(named) ? new Admission.SeenBefore() : new Admission.OtherCheckout();
                            case "other-checkout" -> new Admission.OtherCheckout();
                            case "not-cached" -> notCached();
                            default -> checked(FIRST, buyer, reply);
                        },
                        reply.before().map(before -> before.checkout(named)).orElse(named)));
    }

    private Uni<Admission.Check> checkByScript(String attempt, OrderNumber number, Buyer buyer, ContentClaim claim) {
        return runAdmit(attempt, number, buyer, Optional.empty(), claim).map(reply -> checked(attempt, buyer, reply));
    }

    /**
     * A reply of the script that admits.
     *
     * @param before the number before; empty if it was not cached
     */
    private record ScriptReply(Optional<CachedNumber> before, String outcome) {
        static ScriptReply parse(String text) {
            int space = text.indexOf(' ');
            String before = text.substring(0, space);
            return new ScriptReply(
                    before.equals("-") ? Optional.empty() : Optional.of(CachedNumber.parse(before)),
                    text.substring(space + 1));
        }

        /** Whether the script has counted an order that it admitted. */
        boolean isCountedBy(String attempt) {
            return (attempt.equals(FIRST) || attempt.equals(AGAIN))
                    && before.stream().allMatch(number -> number.state() != ADMITTED);
        }

        boolean allows(Optional<String> named) {
            return before.stream().allMatch(number -> number.allows(named));
        }
    }

    private Uni<ScriptReply> runAdmit(
            String attempt, OrderNumber number, Buyer buyer, Optional<String> named, ContentClaim claim) {
        String tag = tag(buyer);
        return redis.run(
                        admit,
                        List.of(limitsKey(tag), numberKey(tag, number), key(tag, 's', claim.content())),
                        List.of(
                                attempt,
                                number.symbols(),
                                joined(claim.ended()),
                                joined(claim.acknowledged()),
                                named.orElse("")))
                .map(reply -> ScriptReply.parse(reply.toString()));
    }

    private static Admission.Refused notCached() {
        return new Admission.Refused(VoidReason.NOT_CACHED, false);
    }

    private static String joined(List<OrderNumber> numbers) {
        return numbers.stream().map(OrderNumber::symbols).collect(Collectors.joining(" "));
    }

    private Admission.Check checked(String attempt, Buyer buyer, ScriptReply reply) {
        String[] words = reply.outcome().split(" ", 2);
        switch (words[0]) {
            case "admitted" -> {
                // What the script has counted in Redis it has uncounted there.
                if (reply.before().filter(CachedNumber::isCountedByReplica).isPresent()) {
                    limits.uncount(buyer, NUMBERS_OUTSTANDING);
                } else if (reply.before()
                        .filter(number -> number.state() != ADMITTED)
                        .isPresent()) {
                    limits.countInRedis(NUMBERS_OUTSTANDING, buyer, -1);
                }
                if (reply.isCountedBy(attempt)) {
                    limits.countInRedis(ORDERS_PLACED, buyer, 1);
                }
                return new Admission.Admitted();
            }
            case "limited" -> {
                return limits.limited(buyer, words[1]);
            }
            case "duplicate" -> {
                return possibleDuplicate(words[1]);
            }
            default -> throw unexpected(reply.outcome());
        }
    }

    private Admission.PossibleDuplicate possibleDuplicate(String numberAndMillis) {
        int space = numberAndMillis.indexOf(' ');
        long expiresIn = Long.parseLong(numberAndMillis.substring(space + 1));
        return new Admission.PossibleDuplicate(
                new OrderNumber(numberAndMillis.substring(0, space)), duplicateWindow.minusMillis(expiresIn));
    }

    /** Finds the number if it is cached: issued, and neither expired nor voided. */
    Uni<Optional<CachedNumber>> find(OrderNumber number, Buyer buyer) {
        return redis.send(Request.cmd(Command.GET).arg(numberKey(tag(buyer), number)))
                .map(reply -> Optional.ofNullable(text(reply)).map(CachedNumber::parse));
    }

    /** Uncounts one order placed. */
    Uni<Void> giveBack(Buyer buyer) {
        return limits.uncount(buyer, ORDERS_PLACED)
                ? Uni.createFrom().voidItem()
                : redis.run(giveBackPlaced, List.of(limitsKey(tag(buyer))), List.of())
                        .invoke(() -> limits.countInRedis(ORDERS_PLACED, buyer, -1))
                        .replaceWithVoid();
    }

    /** Marks a cached number as tried, unless it was tried before. */
    Uni<Void> markTried(OrderNumber number, Buyer buyer) {
        return redis.run(MARK_TRIED, List.of(numberKey(tag(buyer), number)), List.of())
                .replaceWithVoid();
    }

    /** Deletes a number that was not issued, and the checkout that it was registered for. */
    Uni<Void> unregister(Buyer buyer, String checkout, OrderNumber number) {
        return redis.run(DELETE_IF, List.of(key(tag(buyer), 'c', checkout)), List.of(number.symbols()))
                .chain(_ -> unregister(number, buyer));
    }

    /** Deletes a number that can no longer be placed, which is no longer outstanding. */
    Uni<Void> unregister(OrderNumber number, Buyer buyer) {
        return redis.send(Request.cmd(Command.GETDEL).arg(numberKey(tag(buyer), number)))
                .invoke(before -> {
                    if (before != null) {
                        uncountOutstanding(CachedNumber.parse(before.toString()), buyer);
                    }
                })
                .replaceWithVoid();
    }

    /**
     * Uncounts a number where it is counted. One that another replica has counted is uncounted in this replica's share,
     * if this has any: the sum is the same.
     */
    private void uncountOutstanding(CachedNumber before, Buyer buyer) {
        switch (before.state()) {
            case ISSUED, REFUSED -> limits.uncount(buyer, NUMBERS_OUTSTANDING);
            case ISSUED_COUNTED_IN_REDIS, REFUSED_COUNTED_IN_REDIS ->
                fireAndForget(
                        "give-back",
                        redis.run(giveBackOutstanding, List.of(limitsKey(tag(buyer))), List.of())
                                .invoke(() -> limits.countInRedis(NUMBERS_OUTSTANDING, buyer, -1)));
            case ADMITTED -> {} // uncounted when it was admitted
            default -> throw unexpected(before.text());
        }
    }

    /** Records that the number was submitted again; the first hundred are kept. */
    Uni<Void> recordResubmission(OrderNumber number, Buyer buyer, String outcome) {
        String key = resubmissionsKey(tag(buyer), number);
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
        return redis.sendTogether(
                        "record",
                        List.of(
                                Request.cmd(Command.RPUSH).arg(key).arg(micros + " " + outcome),
                                Request.cmd(Command.PEXPIRE)
                                        .arg(key)
                                        .arg(resubmissionTtl)
                                        .arg("NX")))
                .chain(replies -> Objects.requireNonNull(replies.getFirst()).toLong() > MAX_RESUBMISSIONS
                        ? redis.send(Request.cmd(Command.RPOP).arg(key)).replaceWithVoid()
                        : Uni.createFrom().voidItem());
    }

    /** The number's recorded resubmissions, the oldest first. */
    Uni<List<Resubmission>> resubmissions(Buyer buyer, OrderNumber number) {
        return lists.lrange(resubmissionsKey(tag(buyer), number), 0, -1)
                .map(recorded ->
                        recorded.stream().map(AdmissionStore::resubmission).toList());
    }

    private static Resubmission resubmission(String text) {
        int space = text.indexOf(' ');
        long micros = Long.parseLong(text.substring(0, space));
        return new Resubmission(
                Instant.ofEpochSecond(micros / MICROS_PER_SECOND).plus(micros % MICROS_PER_SECOND, ChronoUnit.MICROS),
                text.substring(space + 1));
    }

    private static IllegalStateException unexpected(String reply) {
        return new IllegalStateException("unexpected reply of Redis: " + reply);
    }

    private static String limitsKey(String tag) {
        return "once:{" + tag + "}:l";
    }

    private static String numberKey(String tag, OrderNumber number) {
        return key(tag, 'n', number.symbols());
    }

    private static String resubmissionsKey(String tag, OrderNumber number) {
        return key(tag, 'a', number.symbols());
    }

    private static String key(String tag, char kind, String name) {
        return "once:{" + tag + "}:" + kind + ':' + name;
    }

    private static String tag(Buyer buyer) {
        byte[] digest = sha256().digest(buyer.subject().getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest, TAG_BYTES));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
