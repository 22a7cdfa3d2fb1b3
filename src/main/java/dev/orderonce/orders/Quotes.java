package dev.orderonce.orders;

import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.UnusableSetting;
import dev.orderonce.http.Violation;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the shop has signed the prices of an order; a client could write any price into its request.
 *
 * <p>A quote is {@code v1.EXPIRES.MAC}: its expiry time in seconds since 1970, and HMAC-SHA256 in base 64 (URL, without
 * padding) over the UTF-8 text
 *
 * <pre>
 *   v1 LF EXPIRES LF CURRENCY LF
 *   for each line of the order: PRODUCT-CODE TAB QUANTITY TAB UNIT-PRICE TAB NAME LF
 *   and for each charge: TAB KIND TAB AMOUNT TAB LABEL LF
 * </pre>
 *
 * <p>The name is empty if the line has none. Neither code nor name nor label can hold a tab or a line feed, and no code
 * is empty: no two orders have the same text.
 */
@ApplicationScoped
class Quotes implements MadeFromSettings {
    /** The member in a violation. */
    static final String FIELD = "/quote";

    private static final String SETTING = "orders.quote-key";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final Pattern QUOTE = Pattern.compile("v1\\.([0-9]{1,11})\\.([A-Za-z0-9_-]{43})");

    private final List<SecretKeySpec> keys;
    private final Clock clock;

    Quotes(OrderSettings settings, Clock clock) {
        this.keys = settings.quoteKey().orElse(List.of()).stream()
                .map(Quotes::readKey)
                .toList();
        this.clock = clock;
    }

    static void check(OrderSettings settings, Consumer<String> wrong) {
        for (String key : settings.quoteKey().orElse(List.of())) {
            UnusableSetting.report(() -> readKey(key), wrong);
        }
    }

    private static SecretKeySpec readKey(String base64) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException notBase64) {
            throw new UnusableSetting(SETTING + ": a key is written in base 64");
        }
        if (key.length < KEY_BYTES) {
            throw new UnusableSetting(
                    SETTING + ": at least " + KEY_BYTES + " bytes, in base 64 (openssl rand -base64 32)");
        }
        return new SecretKeySpec(key, ALGORITHM);
    }

    /** Returns the violation of an invalid quote; empty if it fits the draft, or if none is needed. */
    Optional<Violation> check(OrderDraft draft, @Nullable String quote) {
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        if (quote == null) {
            return violation("is missing: prices have to be signed by the shop");
        }
        Matcher parts = QUOTE.matcher(quote);
        if (!parts.matches() || !fits(draft, parts.group(1), parts.group(2))) {
            return violation("was not made by the shop for this currency and these lines and charges");
        }
        return clock.instant().isBefore(Instant.ofEpochSecond(Long.parseLong(parts.group(1))))
                ? Optional.empty()
                : violation("has expired: get another one for the same lines");
    }

    private static Optional<Violation> violation(String why) {
        return Optional.of(new Violation(FIELD, why));
    }

    private boolean fits(OrderDraft draft, String expires, String mac) {
        byte[] text = text(draft, expires).getBytes(StandardCharsets.UTF_8);
        byte[] submitted = mac.getBytes(StandardCharsets.US_ASCII);
        boolean fits = false;
        for (SecretKeySpec key : keys) { // all of them: the time does not reveal which one fits
            fits |= MessageDigest.isEqual(submitted, mac(key, text).getBytes(StandardCharsets.US_ASCII));
        }
        return fits;
    }

    private static String text(OrderDraft draft, String expires) {
        StringBuilder text = new StringBuilder(64 + 64 * draft.lines().size());
        text.append("v1\n").append(expires).append('\n');
        text.append(draft.total().currency().getCurrencyCode()).append('\n');
        for (Line line : draft.lines()) {
            text.append(line.productCode()).append('\t');
            text.append(line.quantity()).append('\t');
            text.append(line.unitPrice()).append('\t');
            text.append(line.name().orElse("")).append('\n');
        }
        for (Charge charge : draft.charges()) {
            text.append('\t').append(charge.kind()).append('\t');
            text.append(charge.amount()).append('\t');
            text.append(charge.label()).append('\n');
        }
        return text.toString();
    }

    private static String mac(SecretKeySpec key, byte[] text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(text));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has HmacSHA256", impossible);
        }
    }
}
