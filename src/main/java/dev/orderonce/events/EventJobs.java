package dev.orderonce.events;

import dev.orderonce.jobs.Job;
import dev.orderonce.jobs.Purge;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** The jobs of the event log. */
class EventJobs {
    /** The longest delay from the commit of an event to its publication, while the relay is not behind. */
    private static final Duration RELAY_INTERVAL = Duration.ofMillis(200);

    /** A page shows an event about half a second after its commit. A replica without live streams reads nothing. */
    private static final Duration LIVE_INTERVAL = Duration.ofMillis(500);

    /** Short compared with the time for which events are kept. */
    private static final Duration PURGE_INTERVAL = Duration.ofMinutes(10);

    /** Publishes the event log to the Redis Stream. */
    @Produces
    @Singleton
    Job relay(DeliverEvents deliverEvents, RelayEvents relayEvents) {
        return new Job("relay-events", RELAY_INTERVAL, () -> deliverEvents.deliverTo(relayEvents));
    }

    /** Publishes the event log to the Kafka topic; nothing without {@code events.kafka.bootstrap-servers}. */
    @Produces
    @Singleton
    Job relayToKafka(DeliverEvents deliverEvents, OutboxStore store, RelayToKafka relay, EventSettings settings) {
        // Asked of the settings: while it is off, the relay is not created and no class of the client is loaded.
        return new Job(
                "relay-to-kafka",
                RELAY_INTERVAL,
                () -> settings.kafkaBootstrapServers().isEmpty()
                        ? Uni.createFrom().voidItem()
                        : store.begin(relay.name())
                                .invoke(isNew -> {
                                    if (isNew) {
                                        relay.beginAnew();
                                    }
                                })
                                .chain(() -> deliverEvents.deliverTo(relay))
                                .invoke(relay::answered));
    }

    /** Sends new events to the live streams of this replica. */
    @Produces
    @Singleton
    Job pollForLiveStreams(LiveEvents liveEvents) {
        return new Job("poll-live-events", LIVE_INTERVAL, liveEvents::sendNew);
    }

    /** Deletes old events that every consumer has received; without {@code events.ttl} all are kept. */
    @Produces
    @Singleton
    Job purgeEvents(OutboxStore store, EventSettings settings, Clock clock) {
        return new Job(
                "purge-events",
                PURGE_INTERVAL,
                () -> settings.ttl()
                        .map(age -> purge(store, clock, age, settings))
                        .orElseGet(() -> Uni.createFrom().voidItem()));
    }

    static Uni<Void> purge(OutboxStore store, Clock clock, Duration age, EventSettings settings) {
        // Asked of the settings, as above. The other consumers are always on.
        List<String> off = settings.kafkaBootstrapServers().isEmpty() ? List.of(RelayToKafka.NAME) : List.of();
        return Purge.inBatches(most -> store.deleteOld(clock.instant().minus(age), most, off));
    }
}
