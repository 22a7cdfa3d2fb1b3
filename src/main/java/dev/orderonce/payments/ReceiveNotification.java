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
 * Hears what the provider tells by itself, in whatever order and however often it does.
 *
 * <p>A notification is signed: {@code t=SECONDS,v1=HEX}, where HEX is HMAC-SHA256 over {@code SECONDS.BODY}, and
 * SECONDS is not far from now, so that an old one cannot be played again.
 */
@ApplicationScoped
public class ReceiveNotification {
    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern SIGNATURE = Pattern.compile("t=([0-9]{1,12}),v1=([0-9a-f]{64})");
    private static final int LONGEST_EVENT = 255;

    /**
     * How old a notification may be, or how far ahead its clock. The provider's clock and ours differ by seconds; five
     * minutes is what providers themselves advise.
     */
    private static final Duration LONGEST_AGE = Duration.ofMinutes(5);

    private final PaymentStore store;
    private final SettlePayment settlePayment;
    private final ObjectMapper json;
    private final Clock clock;
    private final Optional<SecretKeySpec> secret;

    ReceiveNotification(
            PaymentStore store, SettlePayment settlePayment, ObjectMapper json, Clock clock, PaymentSettings settings) {
        this.store = store;
        this.settlePayment = settlePayment;
        this.json = json;
        this.clock = clock;
        this.secret = settings.notificationSecret().map(ReceiveNotification::key);
    }

    private static SecretKeySpec key(String secret) {
        return new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /** Every way it can end, in the order the checks run. */
    public sealed interface Receipt extends Outcome {
        /** Not signed, wrongly, or too long ago. */
        record NotSigned() implements Receipt {}

        /** It cannot be understood. */
        record Unreadable() implements Receipt {}

        /** It speaks of no payment of ours. */
        record Unknown() implements Receipt {}

        /** It was dealt with before. */
        record AlreadyReceived() implements Receipt {}

        /** It was dealt with. */
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

    /** The header of a notification, as a provider makes it. */
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

    /** Members that are not known are the provider's business. */
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

    private static Optional<Kind> kind(String word) {
        return switch (word) {
            case "captured" -> Optional.of(Kind.CAPTURED);
            case "declined" -> Optional.of(Kind.DECLINED);
            case "refunded" -> Optional.of(Kind.REFUNDED);
            default -> Optional.empty(); // the provider's word, not a type of ours
        };
    }

    private Uni<Receipt> receive(Notification notification) {
        return store.find(notification.reference())
                .chain(found -> found.isEmpty()
                        ? item(new Receipt.Unknown())
                        : store.isRemembered(notification.event(), notification.reference())
                                .chain(isKnown -> isKnown
                                        ? item(new Receipt.AlreadyReceived())
                                        : deal(found.get(), notification)));
    }

    /** Every step of this can be done twice, so the event is remembered last: whoever dies before is sent it again. */
    private Uni<Receipt> deal(Payment payment, Notification notification) {
        return note(payment, notification)
                .chain(noted -> settlePayment.settle(noted, OptionalLong.empty()))
                .chain(settled -> store.remember(notification.event(), notification.reference(), clock.instant()))
                .map(remembered -> new Receipt.Received());
    }

    /** The payment as it is then. What contradicts what is known already came late, and changes nothing. */
    private Uni<Payment> note(Payment payment, Notification notification) {
        return switch (notification.kind()) {
            case CAPTURED -> settlePayment.noteCaptured(payment);
            case DECLINED -> settlePayment.noteDeclined(payment, notification.reason());
            case REFUNDED -> settlePayment.noteRefunded(payment);
        };
    }

    private static Uni<Receipt> item(Receipt receipt) {
        return Uni.createFrom().item(receipt);
    }
}
