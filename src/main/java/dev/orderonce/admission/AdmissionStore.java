package dev.orderonce.admission;

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
 * What Redis knows of a buyer: the numbers they were issued, how much they may still do, and what
 * they ordered a short time ago. Every question is one round trip.
 *
 * <pre>
 *   once:{buyer}:n:NUMBER    i: issued, t: tried and refused, c: let in; until the number expires
 *   once:{buyer}:c:CHECKOUT  the checkout's number, for as long as a checkout is remembered
 *   once:{buyer}:l           the limits, until they say nothing any more
 *   once:{buyer}:s:CONTENT   the number under which this was last let in, for as long as it is asked about
 *   once:{buyer}:a:NUMBER    when it was submitted again, for as long as evidence is kept
 * </pre>
 *
 * <p>{@code {buyer}} is a digest: it keeps one buyer's keys in one Cluster slot, and names out of
 * Redis. All methods fail with {@link dev.orderonce.stores.StoreUnavailable} when Redis does not
 * answer.
 */
@ApplicationScoped
class AdmissionStore {
    private static final String LET_IN = "i";

    /** 96 bits: two buyers of one shop never share a tag. */
    private static final int TAG_BYTES = 12;

    private static final int MICROS_PER_SECOND = 1_000_000;

    private final RedisPipeline redis;
    private final Limits limits;
    private final Duration duplicateWindow;
    private final NumberScripts scripts;

    AdmissionStore(RedisPipeline redis, Limits limits, NumberScripts scripts, NumbersSettings settings) {
        this.redis = redis;
        this.limits = limits;
        this.scripts = scripts;
        this.duplicateWindow = settings.duplicateWindow();
    }

    /** What Redis knew of a number. */
    enum Known {
        ISSUED,
        NOTHING
    }

    /** Remembers a fresh number that belongs to no checkout. */
    Uni<Registration> register(OrderNumber fresh, Buyer buyer) {
        String tag = tag(buyer);
        return redis.run(scripts.issue(), List.of(limitsKey(tag), numberKey(tag, fresh)), List.of(fresh.symbols(), ""))
                .map(this::registration);
    }

    /** Gives the checkout a fresh number, unless it has one that is not {@code spent}. */
    Uni<Registration> register(Buyer buyer, String checkout, OrderNumber fresh, Optional<String> spent) {
        String tag = tag(buyer);
        return redis.run(
                        scripts.issue(),
                        List.of(limitsKey(tag), numberKey(tag, fresh), key(tag, 'c', checkout)),
                        List.of(fresh.symbols(), spent.orElse("")))
                .map(this::registration);
    }

    private Registration registration(RedisReply reply) {
        if (!(reply instanceof RedisReply.Text(String text))) {
            return new Registration.Taken();
        }
        if (text.equals(LET_IN)) {
            return new Registration.Fresh();
        }
        return limits.excess(reply)
                .<Registration>map(Registration.Limited::new)
                .orElseGet(() -> new Registration.Held(text));
    }

    /** Lets a number in that is to be placed, if it is the first time and nothing is against it. */
    Uni<Entry> admit(OrderNumber number, Buyer buyer, ContentClaim likeness) {
        return enter(scripts.admit(), number, buyer, likeness);
    }

    /** The same for one that was seen before, or that belongs to a key of the client's own. */
    Uni<Entry> ask(OrderNumber number, Buyer buyer, ContentClaim likeness) {
        return enter(scripts.ask(), number, buyer, likeness);
    }

    private Uni<Entry> enter(RedisScript script, OrderNumber number, Buyer buyer, ContentClaim likeness) {
        String tag = tag(buyer);
        return redis.run(
                        script,
                        List.of(
                                limitsKey(tag),
                                numberKey(tag, number),
                                submitsKey(tag, number),
                                key(tag, 's', likeness.content())),
                        List.of(number.symbols(), words(likeness.over()), words(likeness.besides())))
                .map(this::entry);
    }

    private static String words(List<OrderNumber> numbers) {
        if (numbers.isEmpty()) {
            return ""; // nearly always
        }
        return numbers.stream().map(OrderNumber::symbols).collect(Collectors.joining(" "));
    }

    private Entry entry(RedisReply reply) {
        if (!(reply instanceof RedisReply.Text(String text))) {
            return new Entry.Refused(VoidReason.NOT_CACHED, false);
        }
        if (text.equals(LET_IN)) {
            return new Entry.Free();
        }
        if (text.charAt(0) == NumberScripts.ALIKE && text.length() > 1) {
            int colon = text.indexOf(':');
            return new Entry.Alike(
                    new OrderNumber(text.substring(1, colon)),
                    duplicateWindow.minusMillis(Long.parseLong(text.substring(colon + 1))));
        }
        return limits.excess(reply).<Entry>map(Entry.Limited::new).orElseGet(Entry.SeenBefore::new);
    }

    Uni<Known> look(OrderNumber number, Buyer buyer) {
        return redis.send(RedisCommand.of("GET", numberKey(tag(buyer), number)))
                .map(reply -> reply instanceof RedisReply.Text ? Known.ISSUED : Known.NOTHING);
    }

    /** An order that was let in stood already, and does not count. */
    Uni<Void> giveBack(Buyer buyer) {
        return redis.run(scripts.giveBack(), List.of(limitsKey(tag(buyer))), List.of())
                .replaceWithVoid();
    }

    /** The number is spent: it no longer counts as outstanding. */
    Uni<Void> unregister(OrderNumber number, Buyer buyer) {
        String tag = tag(buyer);
        return redis.run(scripts.forget(), List.of(limitsKey(tag), numberKey(tag, number)), List.of())
                .replaceWithVoid();
    }

    /** Keeps that the number was submitted. */
    Uni<Void> note(OrderNumber number, Buyer buyer, String outcome) {
        String tag = tag(buyer);
        return redis.run(
                        scripts.note(),
                        List.of(limitsKey(tag), numberKey(tag, number), submitsKey(tag, number)),
                        List.of(outcome))
                .replaceWithVoid();
    }

    /** What {@link #note} and the refusals have kept, the oldest first. */
    Uni<List<Resubmission>> submits(Buyer buyer, OrderNumber number) {
        return redis.send(RedisCommand.of("LRANGE", submitsKey(tag(buyer), number), "0", "-1"))
                .map(reply -> reply instanceof RedisReply.Many(List<RedisReply> replies)
                        ? replies.stream().map(AdmissionStore::submit).toList()
                        : List.of());
    }

    private static Resubmission submit(RedisReply reply) {
        if (!(reply instanceof RedisReply.Text(String text))) {
            throw new IllegalStateException("a list of texts holds something else");
        }
        int space = text.indexOf(' ');
        long micros = Long.parseLong(text.substring(0, space));
        return new Resubmission(
                Instant.ofEpochSecond(micros / MICROS_PER_SECOND).plus(micros % MICROS_PER_SECOND, ChronoUnit.MICROS),
                text.substring(space + 1));
    }

    private static String limitsKey(String tag) {
        return "once:{" + tag + "}:l";
    }

    private static String numberKey(String tag, OrderNumber number) {
        return key(tag, 'n', number.symbols());
    }

    private static String submitsKey(String tag, OrderNumber number) {
        return key(tag, 'a', number.symbols());
    }

    private static String key(String tag, char kind, String name) {
        return "once:{" + tag + "}:" + kind + ':' + name;
    }

    private static String tag(Buyer buyer) {
        byte[] digest = digest("SHA-256").digest(buyer.subject().getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest, TAG_BYTES));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has " + algorithm, impossible);
        }
    }
}
