package dev.orderonce.numbers;

import dev.orderonce.identity.Buyer;
import dev.orderonce.stores.RedisPipeline;

import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;

import jakarta.enterprise.context.ApplicationScoped;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
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
    private static final String CLAIM =
            """
            local held = redis.call('GET', KEYS[1])
            if held and held ~= ARGV[1] then return held end
            if not redis.call('SET', KEYS[2], 'i', 'NX', 'PX', ARGV[4]) then return false end
            redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            return ARGV[2]
            """;

    private static final String CLAIM_SHA = sha1(CLAIM);

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
                        Request.cmd(Command.SET)
                                .arg(numberKey(tag(buyer), fresh))
                                .arg(ISSUED)
                                .arg("NX")
                                .arg("PX")
                                .arg(validForMillis))
                .map(reply -> reply != null);
    }

    /**
     * The number that the checkout has after this: {@code fresh}, or the one it had, unless that is
     * {@code spent}. Empty if {@code fresh} was wanted and is not fresh.
     */
    Uni<Optional<OrderNumber>> claim(
            Buyer buyer, String checkout, OrderNumber fresh, Optional<OrderNumber> spent) {
        String tag = tag(buyer);
        String[] keysAndArguments = {
            "2",
            "once:{" + tag + "}:c:" + checkout,
            numberKey(tag, fresh),
            spent.map(OrderNumber::symbols).orElse(""),
            fresh.symbols(),
            checkoutMemoryMillis,
            validForMillis
        };
        return redis.send(command(Command.EVALSHA, CLAIM_SHA, keysAndArguments))
                .onFailure(NumberCache::isUnknownScript)
                .recoverWithUni(() -> redis.send(command(Command.EVAL, CLAIM, keysAndArguments)))
                .map(
                        held ->
                                Optional.ofNullable(held)
                                        .map(number -> new OrderNumber(number.toString())));
    }

    /** Marks the number as tried and tells what was known before, in one round trip. */
    Uni<Known> markTried(OrderNumber number, Buyer buyer) {
        return redis.send(
                        Request.cmd(Command.SET)
                                .arg(numberKey(tag(buyer), number))
                                .arg(TRIED)
                                .arg("XX")
                                .arg("KEEPTTL")
                                .arg("GET"))
                .map(NumberCache::known);
    }

    Uni<Known> look(OrderNumber number, Buyer buyer) {
        return redis.send(Request.cmd(Command.GET).arg(numberKey(tag(buyer), number)))
                .map(NumberCache::known);
    }

    private static Known known(@Nullable Response reply) {
        if (reply == null) {
            return Known.NOTHING;
        }
        return reply.toString().equals(ISSUED) ? Known.ISSUED : Known.TRIED;
    }

    private static Request command(Command command, String script, String[] arguments) {
        Request request = Request.cmd(command).arg(script);
        Arrays.stream(arguments).forEach(request::arg);
        return request;
    }

    /** Redis forgets scripts when it restarts. */
    private static boolean isUnknownScript(Throwable failure) {
        return failure instanceof ErrorType error && error.is("NOSCRIPT");
    }

    private static String numberKey(String tag, OrderNumber number) {
        return "once:{" + tag + "}:n:" + number.symbols();
    }

    private static String tag(Buyer buyer) {
        byte[] digest = digest("SHA-256").digest(buyer.subject().getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest, TAG_BYTES));
    }

    private static String sha1(String script) {
        return HexFormat.of()
                .formatHex(digest("SHA-1").digest(script.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has " + algorithm, impossible);
        }
    }
}
