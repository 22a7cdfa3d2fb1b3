package dev.orderonce.webhooks;

import dev.orderonce.events.EventConsumers;
import dev.orderonce.events.LogPosition;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.numbers.OrderNumber;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Enables, deletes and rewinds endpoints, and rotates their secrets. */
@ApplicationScoped
class ManageWebhook {
    /** As Standard Webhooks recommends: a receiver has a day to take the new secret. */
    static final Duration ROTATION = Duration.ofHours(24);

    /** The id of a delivery: an order number and a sequence. */
    private static final Pattern EVENT = Pattern.compile("(.{1,64})-([1-9][0-9]{0,8})");

    private final WebhookStore store;
    private final EventConsumers consumers;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    ManageWebhook(WebhookStore store, EventConsumers consumers, Clock clock) {
        this.store = store;
        this.consumers = consumers;
        this.clock = clock;
    }

    /** Every outcome of a change of an endpoint. */
    sealed interface Managing extends Outcome {
        /** The place to begin at is not valid. */
        record Invalid(List<Violation> violations) implements Managing {}

        /** There is no such endpoint. */
        record Absent() implements Managing {}

        /** The endpoint and its progress are deleted. */
        record Deleted() implements Managing {}

        /** The endpoint is enabled, or receives events again. */
        record Done(Webhook webhook) implements Managing {}

        /** The endpoint has a new secret; the one before signs too, until a time. */
        record Rotated(Webhook webhook, WebhookSecret secret, Instant previousUntil) implements Managing {}

        @Override
        default String label() {
            return switch (this) {
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Deleted _ -> "deleted";
                case Done _ -> "done";
                case Rotated _ -> "rotated";
            };
        }
    }

    /** Deletes an endpoint: a batch in progress stops when the replica misses the lease, within two seconds. */
    Uni<Managing> delete(WebhookId id) {
        return store.delete(id).map(isDeleted -> isDeleted ? new Managing.Deleted() : new Managing.Absent());
    }

    /** Enables an endpoint; one that is enabled is tried at once. */
    Uni<Managing> enable(WebhookId id) {
        return store.enable(id).map(found(Managing.Done::new));
    }

    /** Gives an endpoint a new secret. */
    Uni<Managing> rotate(WebhookId id) {
        WebhookSecret secret = WebhookSecret.fresh(random);
        Instant now = clock.instant();
        Instant until = now.plus(ROTATION);
        return store.rotate(id, secret, until, now).map(found(webhook -> new Managing.Rotated(webhook, secret, until)));
    }

    /**
     * Delivers events again.
     *
     * @param event the {@code webhook-id} of the first of them, or null; of other orders, events up to a minute earlier
     *     may come too
     * @param time when the first of them happened, ISO 8601, or null; events up to a minute earlier may come too
     */
    Uni<Managing> redeliver(WebhookId id, @Nullable String event, @Nullable String time) {
        if ((event == null) == (time == null)) {
            return invalid("", "must have one of event and time");
        }
        return event == null ? redeliverSince(id, String.valueOf(time)) : redeliverFrom(id, event);
    }

    private Uni<Managing> redeliverSince(WebhookId id, String time) {
        Instant since;
        try {
            since = Instant.parse(time);
        } catch (DateTimeException malformed) {
            return invalid("/time", "is not a time such as 2026-11-22T17:00:00Z");
        }
        // Times beyond those of PostgreSQL; no event is older or younger.
        if (since.isBefore(OrderNumber.EPOCH) || since.isAfter(clock.instant())) {
            return invalid("/time", "must be from " + OrderNumber.EPOCH + " to now");
        }
        return consumers.positionBefore(since).chain(position -> rewind(id, position));
    }

    private Uni<Managing> redeliverFrom(WebhookId id, String event) {
        Matcher parts = EVENT.matcher(event);
        Optional<OrderNumber> number = parts.matches() ? OrderNumber.read(parts.group(1)) : Optional.empty();
        if (number.isEmpty()) {
            return invalid("/event", "is not the webhook-id of an event");
        }
        return consumers
                .positionBefore(number.get().symbols(), Integer.parseInt(parts.group(2)))
                .chain(position -> position.isEmpty()
                        ? invalid("/event", "is not an event of the log, or was purged")
                        : rewind(id, position.get()));
    }

    private Uni<Managing> rewind(WebhookId id, LogPosition position) {
        return store.rewind(id, position).map(found(Managing.Done::new));
    }

    private static Function<Optional<Webhook>, Managing> found(Function<Webhook, Managing> outcome) {
        return webhook -> webhook.map(outcome).orElseGet(Managing.Absent::new);
    }

    private static Uni<Managing> invalid(String field, String why) {
        return Uni.createFrom().item(new Managing.Invalid(List.of(new Violation(field, why))));
    }
}
