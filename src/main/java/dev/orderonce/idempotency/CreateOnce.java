package dev.orderonce.idempotency;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Creates something at most once per key, whichever replicas receive the repeats.
 *
 * <p>Three mechanisms, each covering the gap of another: a marker that is set by compare-and-set in Redis lets one
 * request proceed; a lease ends the marker of an owner that crashed; and the store's primary key decides, whatever
 * happened to the marker.
 */
@ApplicationScoped
public class CreateOnce {
    private final Markers markers;
    private final PollSchedule polls;

    CreateOnce(Markers markers, PollSchedule polls) {
        this.markers = markers;
        this.polls = polls;
    }

    /**
     * Creates it, or returns what exists. An unavailable Redis is not a failure.
     *
     * @return fails like {@link Creation#find} and {@link Creation#make}
     */
    public <T> Uni<Created<T>> create(Creation<T> creation) {
        return begin(creation, 0);
    }

    /** Deletes the marker of something that was deleted, so that it can be created again. */
    void deleteMarker(String marker) {
        markers.delete(marker);
    }

    private <T> Uni<Created<T>> begin(Creation<T> creation, int polled) {
        String owner = newOwner();
        return markers.begin(creation.marker(), owner)
                // Redis sets the marker although nobody waits for its reply: a repeat would wait for no one.
                .onCancellation()
                .invoke(() -> markers.release(creation.marker(), owner))
                .chain(before -> switch (before) {
                    case FREE -> makeAsOwner(creation, owner);
                    case IN_FLIGHT -> await(creation, polled);
                    case DONE -> findOrMake(creation);
                    case UNKNOWN -> creation.make();
                });
    }

    private <T> Uni<Created<T>> makeAsOwner(Creation<T> creation, String owner) {
        String marker = creation.marker();
        return creation.make()
                .invoke(created -> {
                    if (created instanceof Created.Refused) {
                        markers.release(marker, owner);
                    } else {
                        markers.finish(marker);
                    }
                })
                // Whether it was made is unknown: a repeat may find out at once.
                .onFailure()
                .invoke(_ -> markers.release(marker, owner))
                .onCancellation()
                .invoke(() -> markers.release(marker, owner));
    }

    /** The marker is a hint; only the store knows. */
    private <T> Uni<Created<T>> findOrMake(Creation<T> creation) {
        return creation.find().chain(found -> found.map(CreateOnce::existing).orElseGet(creation::make));
    }

    private <T> Uni<Created<T>> await(Creation<T> creation, int polled) {
        if (polls.isOver(polled)) {
            // The owner may have crashed after its commit: what it made is found with or without a marker.
            return creation.find()
                    .map(found -> found.<Created<T>>map(Created.Existing::new).orElseGet(Created.InFlight::new));
        }
        return polls.pause(polled).chain(_ -> markers.read(creation.marker())).chain(state -> switch (state) {
            case FREE -> begin(creation, polled + 1);
            case IN_FLIGHT -> await(creation, polled + 1);
            case DONE -> findOrMake(creation);
            case UNKNOWN -> creation.make();
        });
    }

    private static <T> Uni<Created<T>> existing(T value) {
        return Uni.createFrom().item(new Created.Existing<>(value));
    }

    /** Unique among the owners within a lease; not a secret. */
    private static String newOwner() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
