package dev.orderonce.payments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Processes the provider's notifications, in any order and any number of times.
 *
 * <p>A notification is signed: {@code t=SECONDS,v1=HEX}, where HEX is HMAC-SHA256 over {@code SECONDS.BODY}, and
 * SECONDS is at most five minutes from now, so that an old notification cannot be replayed.
 */
@ApplicationScoped
public class ReceiveNotification {
    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern SIGNATURE = Pattern.compile("t=([0-9]{1,12}),v1=([0-9a-f]{64})");
    private static final int LONGEST_EVENT = 255;

    /**
     * How old a notification may be, or how far the provider's clock may be ahead. The provider's clock and ours differ
     * by seconds; five minutes is what providers themselves advise.
     */
    private static final Duration LONGEST_AGE = Duration.ofMinutes(5);

    private final PaymentStore store;
    private final PaymentReader reader;
    private final SettlePayment settlePayment;
    private final ObjectMapper json;
    private final Clock clock;
    private final Optional<SecretKeySpec> secret;

    ReceiveNotification(
            PaymentStore store,
            PaymentReader reader,
            SettlePayment settlePayment,
            ObjectMapper json,
            Clock clock,
            PaymentSettings settings) {
        this.store = store;
        this.reader = reader;
        this.settlePayment = settlePayment;
        this.json = json;
        this.clock = clock;
        this.secret = settings.notificationSecret().map(ReceiveNotification::key);
    }

    private static SecretKeySpec key(String secret) {
        return new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /** Every outcome, in the order the checks run. */
    public sealed interface Receipt extends Outcome {
        /** The signature is missing, wrong or too old. */
        record NotSigned() implements Receipt {}

        /** The body is not a notification. */
        record Unreadable() implements Receipt {}

        /** The reference is of no payment of ours. */
        record Unknown() implements Receipt {}

        /** The notification was processed before. */
        record AlreadyReceived() implements Receipt {}

        /** The notification was processed. */
        record Received() implements Receipt {}

        @Override
        default String label() {
            return switch (this) {
                case NotSigned _ -> "not-signed";
                case Unreadable _ -> "unreadable";
                case Unknown _ -> "unknown";
                case AlreadyReceived _ -> "already-received";
                case Received _ -> "received";
            };
        }
    }

    private enum Kind {
        CAPTURED,
        DECLINED,
        REFUNDED
    }

    private record Notification(String event, String reference, Kind kind, String reason) {}

    /**
     * Processes one notification.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL does not answer; the provider
     *     sends the notification again
     */
    public Uni<Receipt> receive(@Nullable String signature, String body) {
        if (signature == null || !isSigned(signature, body)) {
            return item(new Receipt.NotSigned());
        }
        Optional<Notification> notification = read(body);
        if (notification.isEmpty()) {
            return item(new Receipt.Unreadable());
        }
        return receive(notification.get());
    }

    private boolean isSigned(String signature, String body) {
        Matcher parts = SIGNATURE.matcher(signature);
        if (secret.isEmpty() || !parts.matches()) {
            return false;
        }
        Instant signedAt = Instant.ofEpochSecond(Long.parseLong(parts.group(1)));
        byte[] given = HexFormat.of().parseHex(parts.group(2));
        return MessageDigest.isEqual(given, digest(secret.get(), parts.group(1), body))
                && Duration.between(signedAt, clock.instant()).abs().compareTo(LONGEST_AGE) <= 0;
    }

    /** Returns the signature header of a notification, as a provider makes it. */
    static String sign(String secret, Instant at, String body) {
        String seconds = Long.toString(at.getEpochSecond());
        return "t=%s,v1=%s".formatted(seconds, HexFormat.of().formatHex(digest(key(secret), seconds, body)));
    }

    private static byte[] digest(SecretKeySpec secret, String seconds, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return mac.doFinal((seconds + '.' + body).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has HmacSHA256", impossible);
        }
    }

    /** Unknown members are ignored: providers add some. */
    private Optional<Notification> read(String body) {
        try {
            JsonNode node = json.readTree(body);
            String event = node.path("event").asText();
            String reference = node.path("reference").asText();
            Optional<Kind> kind = kind(node.path("kind").asText());
            return kind.isEmpty() || !isName(event) || !isName(reference)
                    ? Optional.empty()
                    : Optional.of(new Notification(
                            event, reference, kind.get(), node.path("reason").asText("the provider declined")));
        } catch (JsonProcessingException unreadable) {
            return Optional.empty();
        }
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && text.length() <= LONGEST_EVENT
                && text.chars().noneMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c));
    }

    private static Optional<Kind> kind(String value) {
        return switch (value) {
            case "captured" -> Optional.of(Kind.CAPTURED);
            case "declined" -> Optional.of(Kind.DECLINED);
            case "refunded" -> Optional.of(Kind.REFUNDED);
            default -> Optional.empty(); // the provider's value, not a type of ours
        };
    }

    private Uni<Receipt> receive(Notification notification) {
        return reader.find(notification.reference())
                .chain(found -> found.isEmpty()
                        ? item(new Receipt.Unknown())
                        : store.isRecorded(notification.event(), notification.reference())
                                .chain(isKnown -> isKnown
                                        ? item(new Receipt.AlreadyReceived())
                                        : process(found.get(), notification)));
    }

    /**
     * Every step can be repeated, so the event is recorded last: if this process crashes, the provider sends it again.
     */
    private Uni<Receipt> process(Payment payment, Notification notification) {
        return record(payment, notification)
                .chain(recorded -> settlePayment.settle(recorded, OptionalLong.empty()))
                .chain(_ -> store.recordNotification(notification.event(), notification.reference(), clock.instant()))
                .map(_ -> new Receipt.Received());
    }

    /**
     * Returns the payment as it is then. A notification that contradicts a later state came late and changes nothing.
     */
    private Uni<Payment> record(Payment payment, Notification notification) {
        return switch (notification.kind()) {
            case CAPTURED -> settlePayment.recordCaptured(payment);
            case DECLINED -> settlePayment.recordDeclined(payment, notification.reason());
            case REFUNDED -> settlePayment.recordRefunded(payment);
        };
    }

    private static Uni<Receipt> item(Receipt receipt) {
        return Uni.createFrom().item(receipt);
    }
}
