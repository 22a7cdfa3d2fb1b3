package dev.orderonce.numbers;

import dev.orderonce.identity.Buyer;
import dev.orderonce.stores.RedisCommand;
import dev.orderonce.stores.RedisPipeline;
import dev.orderonce.stores.RedisReply;
import dev.orderonce.stores.RedisScript;

import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The issued numbers in Redis.
 *
 * <pre>
 *   once:{buyer}:n:NUMBER    ISSUED | TRIED, until the number expires
 *   once:{buyer}:c:CHECKOUT  the checkout's number, for as long as a checkout is remembered
 * </pre>
 *
 * <p>{@code {buyer}} is a digest: it keeps one buyer's keys in one Cluster slot, and names out of
 * Redis. All methods fail with {@link dev.orderonce.stores.StoreUnavailable} when Redis does not
 * answer.
 */
@ApplicationScoped
class NumberCache {
    private static final String ISSUED = "i";
    private static final String TRIED = "t";

    /** 96 bits: two buyers of one shop never share a tag. */
    private static final int TAG_BYTES = 12;

    /**
     * Gives the checkout the new number unless it has one. Atomic, because two tabs of one checkout
     * may ask at once and must hear the same.
     *
     * <p>KEYS: checkout, new number. ARGV: the number to replace ('' for none), the new number, how
     * long to remember the checkout, how long the number is valid, both in milliseconds. Answers
     * the number that the checkout has now.
     */
    private static final RedisScript CLAIM =
            new RedisScript(
                    """
            local held = redis.call('GET', KEYS[1])
            if held and held ~= ARGV[1] then return held end
            if not redis.call('SET', KEYS[2], 'i', 'NX', 'PX', ARGV[4]) then return false end
            redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            return ARGV[2]
            """);

    private final RedisPipeline redis;
    private final String validForMillis;
    private final String checkoutMemoryMillis;

    NumberCache(RedisPipeline redis, NumbersSettings settings) {
        this.redis = redis;
        this.validForMillis = Long.toString(settings.validFor().toMillis());
        this.checkoutMemoryMillis = Long.toString(settings.checkoutMemory().toMillis());
    }

    /** What Redis knew of a number. */
    enum Known {
        ISSUED,
        TRIED,
        NOTHING
    }

    /**
     * Remembers a fresh number.
     *
     * @return whether it is fresh: a buyer who takes very many numbers in one second can be minted
     *     the same one twice
     */
    Uni<Boolean> remember(OrderNumber fresh, Buyer buyer) {
        return redis.send(
                        RedisCommand.of(
                                "SET",
                                numberKey(tag(buyer), fresh),
                                ISSUED,
                                "NX",
                                "PX",
                                validForMillis))
                .map(reply -> !(reply instanceof RedisReply.Nothing));
    }

    /**
     * The number that the checkout has after this: {@code fresh}, or the one it had, unless that is
     * {@code spent}. Empty if {@code fresh} was wanted and is not fresh.
     */
    Uni<Optional<OrderNumber>> claim(
            Buyer buyer, String checkout, OrderNumber fresh, Optional<OrderNumber> spent) {
        String tag = tag(buyer);
        String checkoutKey = "once:{" + tag + "}:c:" + checkout;
        String numberKey = numberKey(tag, fresh);
        String replaced = spent.map(OrderNumber::symbols).orElse("");
        return redis.run(
                        CLAIM,
                        List.of(checkoutKey, numberKey),
                        List.of(replaced, fresh.symbols(), checkoutMemoryMillis, validForMillis))
                .map(NumberCache::text)
                .map(held -> held.map(OrderNumber::new));
    }

    /** Marks the number as tried and tells what was known before, in one round trip. */
    Uni<Known> markTried(OrderNumber number, Buyer buyer) {
        return redis.send(
                        RedisCommand.of(
                                "SET",
                                numberKey(tag(buyer), number),
                                TRIED,
                                "XX",
                                "KEEPTTL",
                                "GET"))
                .map(NumberCache::known);
    }

    Uni<Known> look(OrderNumber number, Buyer buyer) {
        return redis.send(RedisCommand.of("GET", numberKey(tag(buyer), number)))
                .map(NumberCache::known);
    }

    private static Known known(RedisReply reply) {
        return text(reply)
                .map(mark -> mark.equals(ISSUED) ? Known.ISSUED : Known.TRIED)
                .orElse(Known.NOTHING);
    }

    private static Optional<String> text(RedisReply reply) {
        return reply instanceof RedisReply.Text(String text) ? Optional.of(text) : Optional.empty();
    }

    private static String numberKey(String tag, OrderNumber number) {
        return "once:{" + tag + "}:n:" + number.symbols();
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
