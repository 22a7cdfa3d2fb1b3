package dev.orderonce.webhooks;

import dev.orderonce.events.DeliverEvents;
import dev.orderonce.events.EventConsumer;
import dev.orderonce.events.Lease;
import dev.orderonce.events.PublishedEvent;
import dev.orderonce.webhooks.DeliverBatch.Undelivered;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Delivers events to every endpoint, each for itself: an endpoint that is slow or fails does not delay the others.
 * Within this replica an endpoint has one delivery in progress, and between replicas the lease of
 * {@link DeliverEvents}.
 */
@ApplicationScoped
class DeliverWebhooks {
    private static final Logger LOG = Logger.getLogger(DeliverWebhooks.class);

    /** A run ends after this even if deliveries are in progress, so that the next one finds other work. */
    private static final Duration RUN = Duration.ofSeconds(1);

    /** As long as shutdown waits for jobs: a delivery that takes longer is repeated after the next start. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    /** As many events as a crash repeats at most. */
    private static final int BATCH_SIZE = 32;

    /** The least one; after a batch that took long it is longer by itself, up to a second. */
    private static final Duration PAUSE = Duration.ofMillis(1);

    private final WebhookStore store;
    private final DeliverEvents deliverEvents;
    private final DeliverBatch deliverBatch;
    private final Clock clock;
    private final Map<WebhookId, CompletableFuture<Void>> inProgress = new ConcurrentHashMap<>();

    /** The endpoints of the latest run. */
    private volatile Set<WebhookId> known = Set.of();

    private volatile boolean isStopping;

    DeliverWebhooks(WebhookStore store, DeliverEvents deliverEvents, DeliverBatch deliverBatch, Clock clock) {
        this.store = store;
        this.deliverEvents = deliverEvents;
        this.deliverBatch = deliverBatch;
        this.clock = clock;
    }

    /** An endpoint as a consumer of the event log. */
    private final class Endpoint implements EventConsumer {
        private final WebhookId id;
        private final Lease lease;

        Endpoint(WebhookId id, Lease lease) {
            this.id = id;
            this.lease = lease;
        }

        @Override
        public String name() {
            return id.consumer();
        }

        @Override
        public int batchSize() {
            return BATCH_SIZE;
        }

        @Override
        public Duration pause() {
            return PAUSE;
        }

        /** What is recorded of an endpoint, such as its failures, is of all its events together. */
        @Override
        public boolean isWhole() {
            return true;
        }

        @Override
        public Uni<Void> consume(List<PublishedEvent> events) {
            return deliverBatch.to(id, events, lease, () -> isStopping);
        }
    }

    /**
     * Begins a delivery to each endpoint that is due and has none in progress.
     *
     * @return completes when all deliveries have ended, or after {@link #RUN}; fails if one of them has failed other
     *     than at its receiver
     */
    Uni<Void> run() {
        return store.enabled(clock.instant())
                .invoke(enabled -> {
                    forgetOthers(enabled.keySet());
                    enabled.forEach((id, isDue) -> {
                        if (isDue) {
                            begin(id);
                        }
                    });
                })
                .chain(this::awaitEnd)
                .chain(this::collectFailures);
    }

    /** A gauge of an endpoint that receives nothing any more would keep its last value. */
    private void forgetOthers(Set<WebhookId> enabled) {
        Set<WebhookId> gone = new HashSet<>(known);
        gone.removeAll(enabled);
        gone.forEach(id -> deliverEvents.forget(id.consumer()));
        known = Set.copyOf(enabled);
    }

    private void begin(WebhookId id) {
        CompletableFuture<Void> delivery = new CompletableFuture<>();
        if (isStopping || inProgress.putIfAbsent(id, delivery) != null) {
            return;
        }
        deliverEvents
                .deliverTo(lease -> new Endpoint(id, lease))
                .onFailure(Undelivered.class)
                .recoverWithNull()
                .subscribe()
                .with(_ -> delivery.complete(null), delivery::completeExceptionally);
    }

    private CompletableFuture<Void> all() {
        return CompletableFuture.allOf(inProgress.values().toArray(CompletableFuture[]::new));
    }

    private Uni<Void> awaitEnd() {
        return Uni.createFrom()
                .completionStage(this::all)
                .ifNoItem()
                .after(RUN)
                .recoverWithItem((Void) null)
                .onFailure()
                .recoverWithNull();
    }

    /** Forgets the deliveries that have ended; fails with one of their failures. */
    private Uni<Void> collectFailures() {
        Map<WebhookId, CompletableFuture<Void>> ended = new HashMap<>(inProgress);
        ended.values().removeIf(delivery -> !delivery.isDone());
        ended.forEach(inProgress::remove);
        Optional<Throwable> failure = ended.values().stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .map(CompletableFuture::exceptionNow)
                .findFirst();
        return failure.map(Uni.createFrom()::<Void>failure)
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    /** Ends deliveries after the event that each is sending, before any store connection is closed. */
    void stop(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        isStopping = true;
        try {
            all().get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            LOG.warn("deliveries of webhooks were cut off by shutdown; they are repeated after the next start");
        } catch (ExecutionException failed) {
            LOG.debug("a delivery of webhooks failed during shutdown", failed);
        }
    }
}
