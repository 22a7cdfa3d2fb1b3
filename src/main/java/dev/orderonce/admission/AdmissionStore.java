package dev.orderonce.admission;

import static dev.orderonce.admission.Limit.NUMBERS_ISSUED;
import static dev.orderonce.admission.Limit.NUMBERS_OUTSTANDING;
import static dev.orderonce.admission.Limit.ORDERS_PLACED;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.redis.RedisCommand;
import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisReply;
import dev.orderonce.redis.RedisScript;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What Redis knows of a buyer: issued numbers, rate limits, recent content, resubmissions. Every method is one round
 * trip.
 *
 * <pre>
 *   once:{buyer}:n:NUMBER    i: issued, t: tried and refused, c: admitted; until the number expires
 *   once:{buyer}:c:CHECKOUT  the checkout's number, for as long as a checkout is remembered
 *   once:{buyer}:l           the limits, until every bucket is empty
 *   once:{buyer}:s:CONTENT   the numbers this content was admitted under, for as long as it is a possible duplicate
 *   once:{buyer}:a:NUMBER    the number's resubmissions, for as long as evidence is kept
 * </pre>
 *
 * <p>{@code {buyer}} is a digest: it keeps one buyer's keys in one Cluster slot, and names out of Redis. All methods
 * fail with {@link dev.orderonce.stores.StoreUnavailable} when Redis is unavailable.
 */
@ApplicationScoped
class AdmissionStore {
    /** 96 bits: two buyers of one shop never share a tag. */
    private static final int TAG_BYTES = 12;

    private static final int MICROS_PER_SECOND = 1_000_000;

    private final RedisPipeline redis;
    private final Limits limits;
    private final Duration duplicateWindow;
    private final RedisScript issue;
    private final RedisScript admit;
    private final RedisScript giveBack;
    private final RedisScript unregister;
    private final RedisScript recordResubmission;

    AdmissionStore(RedisPipeline redis, Limits limits, NumbersSettings settings) {
        this.redis = redis;
        this.limits = limits;
        this.duplicateWindow = settings.duplicateWindow();
        Bucket issued = limits.bucket(NUMBERS_ISSUED);
        Bucket outstanding = limits.bucket(NUMBERS_OUTSTANDING);
        Bucket placed = limits.bucket(ORDERS_PLACED);
        String resubmissionsTtl = millis(settings.resubmissionTtl());
        this.issue = RedisScript.load(
                "issue",
                micros(issued.interval()),
                micros(issued.depth()),
                micros(outstanding.interval()),
                micros(outstanding.depth()),
                millis(settings.ttl()),
                millis(settings.checkoutTtl()));
        this.admit = RedisScript.load(
                "admit",
                micros(placed.interval()),
                micros(placed.depth()),
                micros(outstanding.interval()),
                millis(duplicateWindow),
                resubmissionsTtl);
        this.giveBack = RedisScript.load("give-back", micros(placed.interval()));
        this.unregister = RedisScript.load("unregister", micros(outstanding.interval()));
        this.recordResubmission = RedisScript.load("record-resubmission", resubmissionsTtl);
    }

    private static String micros(double micros) {
        return Double.toString(micros);
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    /** Registers a new number that belongs to no checkout. */
    Uni<Registration> register(OrderNumber fresh, Buyer buyer) {
        String tag = tag(buyer);
        return redis.run(issue, List.of(limitsKey(tag), numberKey(tag, fresh)), List.of(fresh.symbols(), ""))
                .map(this::registration);
    }

    /** Registers a new number for a checkout, unless the checkout has one that is not {@code replaced}. */
    Uni<Registration> register(Buyer buyer, String checkout, OrderNumber fresh, Optional<String> replaced) {
        String tag = tag(buyer);
        return redis.run(
                        issue,
                        List.of(limitsKey(tag), numberKey(tag, fresh), key(tag, 'c', checkout)),
                        List.of(fresh.symbols(), replaced.orElse("")))
                .map(this::registration);
    }

    private Registration registration(RedisReply reply) {
        String text = text(reply);
        if (text.equals("issued")) {
            return new Registration.Registered();
        }
        String[] words = text.split(" ", 2);
        return switch (words[0]) {
            case "taken" -> new Registration.Taken();
            case "held" -> new Registration.Held(words[1]);
            case "limited" -> limits.limited(words[1]);
            default -> throw unexpected(text);
        };
    }

    /** Admits an issued number that is to be placed for the first time. */
    Uni<Admission> admit(OrderNumber number, Buyer buyer, ContentClaim claim) {
        return runAdmit("first", number, buyer, claim).map(this::admission);
    }

    /** The same for a number that was tried before, or that belongs to an idempotency key. */
    Uni<Admission.Check> check(OrderNumber number, Buyer buyer, ContentClaim claim) {
        return runAdmit("again", number, buyer, claim).map(this::checked);
    }

    private Uni<String> runAdmit(String attempt, OrderNumber number, Buyer buyer, ContentClaim claim) {
        String tag = tag(buyer);
        return redis.run(
                        admit,
                        List.of(
                                limitsKey(tag),
                                numberKey(tag, number),
                                resubmissionsKey(tag, number),
                                key(tag, 's', claim.content())),
                        List.of(attempt, number.symbols(), joined(claim.ended()), joined(claim.acknowledged())))
                .map(AdmissionStore::text);
    }

    private static String joined(List<OrderNumber> numbers) {
        if (numbers.isEmpty()) {
            return ""; // nearly always
        }
        return numbers.stream().map(OrderNumber::symbols).collect(Collectors.joining(" "));
    }

    private Admission admission(String text) {
        return switch (text) {
            case "seen-before" -> new Admission.SeenBefore();
            case "not-cached" -> new Admission.Refused(VoidReason.NOT_CACHED, false);
            default -> checked(text);
        };
    }

    private Admission.Check checked(String text) {
        if (text.equals("admitted")) {
            return new Admission.Admitted();
        }
        String[] words = text.split(" ", 2);
        return switch (words[0]) {
            case "limited" -> limits.limited(words[1]);
            case "duplicate" -> possibleDuplicate(words[1]);
            default -> throw unexpected(text);
        };
    }

    private Admission.PossibleDuplicate possibleDuplicate(String numberAndMillis) {
        int space = numberAndMillis.indexOf(' ');
        long expiresIn = Long.parseLong(numberAndMillis.substring(space + 1));
        return new Admission.PossibleDuplicate(
                new OrderNumber(numberAndMillis.substring(0, space)), duplicateWindow.minusMillis(expiresIn));
    }

    /** Whether the number is cached: issued, and neither expired nor voided. */
    Uni<Boolean> isCached(OrderNumber number, Buyer buyer) {
        return redis.send(RedisCommand.of("GET", numberKey(tag(buyer), number))).map(RedisReply.Text.class::isInstance);
    }

    /** Uncounts one order placed. */
    Uni<Void> giveBack(Buyer buyer) {
        return redis.run(giveBack, List.of(limitsKey(tag(buyer))), List.of()).replaceWithVoid();
    }

    /** Deletes a voided number, which is no longer outstanding. */
    Uni<Void> unregister(OrderNumber number, Buyer buyer) {
        String tag = tag(buyer);
        return redis.run(unregister, List.of(limitsKey(tag), numberKey(tag, number)), List.of())
                .replaceWithVoid();
    }

    /** Records that the number was submitted again. */
    Uni<Void> recordResubmission(OrderNumber number, Buyer buyer, String outcome) {
        return redis.run(recordResubmission, List.of(resubmissionsKey(tag(buyer), number)), List.of(outcome))
                .replaceWithVoid();
    }

    /** The number's recorded resubmissions, the oldest first. */
    Uni<List<Resubmission>> resubmissions(Buyer buyer, OrderNumber number) {
        return redis.send(RedisCommand.of("LRANGE", resubmissionsKey(tag(buyer), number), "0", "-1"))
                .map(reply -> reply instanceof RedisReply.Many(List<RedisReply> replies)
                        ? replies.stream().map(AdmissionStore::resubmission).toList()
                        : List.of());
    }

    private static Resubmission resubmission(RedisReply reply) {
        String text = text(reply);
        int space = text.indexOf(' ');
        long micros = Long.parseLong(text.substring(0, space));
        return new Resubmission(
                Instant.ofEpochSecond(micros / MICROS_PER_SECOND).plus(micros % MICROS_PER_SECOND, ChronoUnit.MICROS),
                text.substring(space + 1));
    }

    private static String text(RedisReply reply) {
        if (reply instanceof RedisReply.Text(String text)) {
            return text;
        }
        throw unexpected(reply.toString());
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
