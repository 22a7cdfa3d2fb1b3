package dev.orderonce.webhooks;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toUnmodifiableSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderonce.events.Lease;
import dev.orderonce.events.LogPartition;
import dev.orderonce.events.PublishedEvent;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.Order;
import dev.orderonce.postgres.UnreadableRow;
import dev.orderonce.postgres.UnreadableRows;
import dev.orderonce.webhooks.Webhook.Failing;
import dev.orderonce.webhooks.WebhookSender.Response;
import dev.orderonce.webhooks.WebhookStore.Change;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Delivers a batch of events to one endpoint. The events of an order are sent one after the other, those of different
 * orders at the same time. After a failure nothing more is begun: what was not delivered is tried again later, and
 * nothing after it is sent before.
 *
 * <p>What was delivered of a batch that failed is recorded. If the process crashes, the deliveries of one batch at most
 * are repeated.
 */
@ApplicationScoped
class DeliverBatch {
    private static final Logger LOG = Logger.getLogger(DeliverBatch.class);

    /** To one endpoint: a receiver that takes 50 ms gets about 100 events of different orders a second. */
    static final int MOST_AT_ONCE = 8;

    /** An endpoint whose deliveries fail for so long is disabled. */
    static final Duration LONGEST_FAILURE = Duration.ofHours(24);

    private final WebhookStore store;
    private final FindOrder findOrder;
    private final UnreadableRows unreadableRows;
    private final WebhookSender sender;
    private final ObjectMapper json;
    private final Clock clock;
    private final MeterRegistry metrics;

    DeliverBatch(
            WebhookStore store,
            FindOrder findOrder,
            UnreadableRows unreadableRows,
            WebhookSender sender,
            ObjectMapper json,
            Clock clock,
            MeterRegistry metrics) {
        this.store = store;
        this.findOrder = findOrder;
        this.unreadableRows = unreadableRows;
        this.sender = sender;
        this.json = json;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** A part of the batch was not delivered: the log's position stays before it. */
    static final class Undelivered extends RuntimeException {
        private static final long serialVersionUID = 1;

        Undelivered() {
            super("not all events of the batch were delivered", null, false, false);
        }
    }

    /**
     * One batch in progress.
     *
     * @param interruptions failures other than at the receiver
     */
    private record Batch(
            WebhookTarget target,
            Lease lease,
            BooleanSupplier isStopping,
            Queue<Attempt> attempts,
            Queue<Throwable> interruptions) {
        Batch(WebhookTarget target, Lease lease, BooleanSupplier isStopping) {
            this(target, lease, isStopping, new ConcurrentLinkedQueue<>(), new ConcurrentLinkedQueue<>());
        }

        /** Whether no further delivery begins. */
        boolean isHalted() {
            return isStopping.getAsBoolean()
                    || lease.isOver()
                    || !interruptions.isEmpty()
                    || firstFailure().isPresent();
        }

        boolean hasDelivered() {
            return attempts.stream()
                    .anyMatch(attempt -> attempt.response().result().isDelivered());
        }

        Optional<Attempt> firstFailure() {
            return attempts.stream()
                    .filter(attempt -> !attempt.response().result().isDelivered())
                    .findFirst();
        }
    }

    /** One delivery that was tried. */
    private record Attempt(PublishedEvent event, Response response, Instant at, Duration took) {}

    /**
     * Delivers a batch, as long as this replica has the lease on the endpoint.
     *
     * @param isStopping whether no further delivery is to begin
     * @return fails with {@link Undelivered} if a part was not delivered, or if nothing is to be sent to this endpoint
     *     now; fails with {@link dev.orderonce.stores.StoreUnavailable} if a store does not answer
     */
    Uni<Void> to(WebhookId id, List<PublishedEvent> events, Lease lease, BooleanSupplier isStopping) {
        Instant now = clock.instant();
        return store.target(id, lease, now)
                .chain(found -> found.filter(target -> target.isDue(now))
                        .map(target -> deliver(new Batch(target, lease, isStopping), events))
                        .orElseGet(() -> Uni.createFrom().failure(new Undelivered())));
    }

    private Uni<Void> deliver(Batch batch, List<PublishedEvent> events) {
        WebhookTarget target = batch.target();
        List<PublishedEvent> wanted = events.stream()
                .filter(event ->
                        target.wants(event.kind()) && !target.delivered().contains(event.id()))
                .toList();
        Map<String, List<PublishedEvent>> byOrder =
                wanted.stream().collect(groupingBy(PublishedEvent::number, LinkedHashMap::new, toList()));
        return Multi.createFrom()
                .iterable(byOrder.values())
                .onItem()
                .transformToUni(ofOrder -> deliverInSequence(batch, ofOrder))
                .merge(MOST_AT_ONCE)
                .collect()
                .asList()
                .map(passed -> passed.stream().flatMap(List::stream).collect(toUnmodifiableSet()))
                .chain(passed -> record(batch, events, passed, passed.size() == wanted.size()));
    }

    /**
     * Delivers the events of one order, until one fails.
     *
     * @return the ids of the events that are not to be sent again
     */
    private Uni<List<Long>> deliverInSequence(Batch batch, List<PublishedEvent> events) {
        if (batch.isHalted()) {
            return Uni.createFrom().item(List.of());
        }
        return find(events.getFirst())
                .chain(order -> order.isEmpty()
                        ? Uni.createFrom().item(events)
                        : Multi.createFrom()
                                .iterable(events)
                                .onItem()
                                .transformToUniAndConcatenate(event -> attempt(batch, event, order.get()))
                                .select()
                                .first(wasDelivered -> wasDelivered)
                                .collect()
                                .asList()
                                .map(delivered -> events.subList(0, delivered.size())))
                .map(passed -> passed.stream().map(PublishedEvent::id).toList())
                // Before the first event was sent. What other orders had delivered is recorded all the same.
                .onFailure()
                .invoke(batch.interruptions()::add)
                .onFailure()
                .recoverWithItem(List.of());
    }

    /** The order as it is now; empty if it cannot be read, which is logged: its events would hold up all others. */
    private Uni<Optional<Order>> find(PublishedEvent event) {
        return OrderNumber.stored(event.number())
                .map(findOrder::byNumber)
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
                .invoke(order -> {
                    if (order.isEmpty()) {
                        reportUnreadable(event, new NoSuchElementException("the event has no order"));
                    }
                })
                .onFailure(UnreadableRow.class)
                .invoke(unreadableRows::report)
                .onFailure(UnreadableRow.class)
                .recoverWithItem(Optional.empty());
    }

    private void reportUnreadable(PublishedEvent event, RuntimeException cause) {
        unreadableRows.report(new UnreadableRow("order_events", event.number() + ' ' + event.sequence(), cause));
    }

    /** Sends one event; returns whether the next one can be sent. One that cannot be read is logged and left out. */
    private Uni<Boolean> attempt(Batch batch, PublishedEvent event, Order order) {
        if (batch.isHalted()) {
            return Uni.createFrom().item(false);
        }
        WebhookTarget target = batch.target();
        WebhookMessage message;
        try {
            message = WebhookMessage.of(event, order);
        } catch (RuntimeException unreadable) {
            reportUnreadable(event, unreadable);
            return Uni.createFrom().item(true);
        }
        byte[] body = bytes(message);
        Instant sentAt = clock.instant();
        long begunAt = System.nanoTime();
        return sender.send(target.url(), headers(target, message.id(), sentAt, body), body, target.failures() + 1)
                .map(response -> {
                    Duration took = Duration.ofNanos(System.nanoTime() - begunAt);
                    metrics.timer(
                                    "orderonce.webhooks.deliveries",
                                    "result",
                                    response.result().label())
                            .record(took);
                    batch.attempts().add(new Attempt(event, response, sentAt, took));
                    return response.result().isDelivered();
                });
    }

    private byte[] bytes(WebhookMessage message) {
        try {
            return json.writeValueAsBytes(message);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible); // records of texts and numbers
        }
    }

    private static Map<String, String> headers(WebhookTarget target, String id, Instant sentAt, byte[] body) {
        return Map.of(
                "Content-Type",
                WebhookMessage.MEDIA_TYPE,
                "webhook-id",
                id,
                "webhook-timestamp",
                Long.toString(sentAt.getEpochSecond()),
                "webhook-signature",
                target.secrets().stream()
                        .map(secret -> secret.sign(id, sentAt, body))
                        .collect(Collectors.joining(" ")));
    }

    /**
     * Logs the attempts and records what they mean for the endpoint.
     *
     * @param events all of the batch
     * @param passed the ids of those that are not to be sent again
     */
    private Uni<Void> record(Batch batch, List<PublishedEvent> events, Set<Long> passed, boolean isWhole) {
        WebhookTarget target = batch.target();
        Instant now = clock.instant();
        Optional<Failing> failing = batch.firstFailure().map(failure -> failing(batch, failure, now));
        Optional<DisabledReason> disabled = failing.flatMap(failed -> disabled(batch, failed, now));
        Set<Long> repeated = repeated(target, events, passed, isWhole);
        if (isWhole && target.isClean() && batch.attempts().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Change change = isWhole || failing.isPresent()
                ? new Change(failing, repeated, disabled)
                : new Change(unchanged(target), repeated, Optional.empty());
        return store.record(target, batch.lease(), deliveries(batch, failing, disabled), change, now)
                .invoke(isChanged -> {
                    if (isChanged) {
                        logChange(target, change.failing(), disabled);
                    }
                })
                .chain(() -> isWhole ? Uni.createFrom().voidItem() : undelivered(batch));
    }

    private static Uni<Void> undelivered(Batch batch) {
        Throwable interruption = batch.interruptions().peek();
        return Uni.createFrom().failure(interruption == null ? new Undelivered() : interruption);
    }

    /** A batch in which something was delivered begins a new series of failures: the receiver is there. */
    private static Failing failing(Batch batch, Attempt failure, Instant now) {
        Optional<Instant> since =
                batch.hasDelivered() ? Optional.empty() : batch.target().failingSince();
        int failures = since.isEmpty() ? 1 : batch.target().failures() + 1;
        Duration delay = RetrySchedule.delay(
                failures,
                failure.response().retryAfter(),
                ThreadLocalRandom.current().nextDouble());
        return new Failing(since.orElse(failure.at()), failures, Optional.of(now.plus(delay)));
    }

    /** Nothing failed at the receiver, and the batch did not come to its end. */
    private static Optional<Failing> unchanged(WebhookTarget target) {
        return target.failingSince().map(since -> new Failing(since, target.failures(), target.nextAttemptAt()));
    }

    private static Optional<DisabledReason> disabled(Batch batch, Failing failing, Instant now) {
        if (batch.attempts().stream().anyMatch(attempt -> attempt.response().result() == DeliveryResult.GONE)) {
            return Optional.of(DisabledReason.GONE);
        }
        return failing.since().plus(LONGEST_FAILURE).isAfter(now)
                ? Optional.empty()
                : Optional.of(DisabledReason.FAILING);
    }

    /**
     * The ids of events that were delivered and that the log repeats. The batch that is read next may have others: new
     * events of one partition can come before what this batch had of another one. There are no more than a batch of
     * each partition.
     */
    private static Set<Long> repeated(
            WebhookTarget target, List<PublishedEvent> events, Set<Long> passed, boolean isWhole) {
        Set<Long> repeated = new HashSet<>(target.delivered());
        if (isWhole) {
            Map<Integer, Long> reached = new HashMap<>();
            events.forEach(event -> reached.merge(LogPartition.of(event.id()), event.id(), Math::max));
            // Also those below them that are not in this batch: they were deleted, and come no more.
            repeated.removeIf(id -> id <= reached.getOrDefault(LogPartition.of(id), 0L));
        } else {
            repeated.addAll(passed);
        }
        return repeated;
    }

    private static void logChange(WebhookTarget target, Optional<Failing> failing, Optional<DisabledReason> disabled) {
        String id = target.id().text();
        if (disabled.isPresent()) {
            LOG.warnf("webhook endpoint %s is disabled (%s): no event is sent to it", id, disabled.get());
        } else if (failing.isPresent() && target.failingSince().isEmpty()) {
            LOG.warnf("webhook endpoint %s fails; it is tried again for %d h", id, LONGEST_FAILURE.toHours());
        } else if (failing.isEmpty() && target.failingSince().isPresent()) {
            LOG.infof("webhook endpoint %s works again", id);
        }
    }

    private static List<Delivery> deliveries(
            Batch batch, Optional<Failing> failing, Optional<DisabledReason> disabled) {
        Optional<Instant> next = disabled.isPresent() ? Optional.empty() : failing.flatMap(Failing::nextAttemptAt);
        return batch.attempts().stream()
                .map(attempt -> new Delivery(
                        0,
                        attempt.event().number(),
                        attempt.event().sequence(),
                        attempt.event().kind(),
                        batch.target().failures() + 1,
                        attempt.response().result(),
                        attempt.response().status(),
                        (int) attempt.took().toMillis(),
                        attempt.at(),
                        attempt.response().result().isDelivered() ? Optional.empty() : next))
                .toList();
    }
}
