package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.identity.Buyer;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams that are cut off while events are sent to them. */
@QuarkusTest
class LiveEventsTest {
    private static final int ROUNDS = 10_000;
    private static final int EVENTS = 20;
    private static final Duration BOUND = Duration.ofSeconds(10);

    @Inject
    LiveEvents liveEvents;

    private final Buyer buyer = new Buyer("buyer-of-live-events");

    /** The next events of the buyer, as if they had just been read from the log. */
    private List<PublishedEvent> events(LogProgress from) {
        return LongStream.rangeClosed(1, EVENTS)
                .mapToObj(i -> new PublishedEvent(
                        from.positions()[1] + i,
                        "0".repeat(18),
                        buyer.subject(),
                        (int) i,
                        "PAID",
                        "2026-01-01T00:00:00Z",
                        "{}"))
                .toList();
    }

    @Test
    @Timeout(900)
    void cancelledWhileEventsAreSent_neitherBlocksNorLeaks() throws Exception {
        long seed = System.nanoTime();
        System.out.println("LiveEventsTest: seed " + seed);
        Random random = new Random(seed);
        AssertSubscriber<LiveMessage> stays =
                liveEvents.of(buyer, Optional.empty()).subscribe().withSubscriber(AssertSubscriber.create(1));
        await().atMost(BOUND).until(() -> !stays.getItems().isEmpty());
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            for (int round = 0; round < ROUNDS; round++) {
                AssertSubscriber<LiveMessage> leaves = liveEvents
                        .of(buyer, Optional.empty())
                        .subscribe()
                        .withSubscriber(AssertSubscriber.create(random.nextInt(2 * EVENTS)));
                LogProgress from = liveEvents.position().await().atMost(BOUND);
                Future<?> sending = threads.submit(() -> liveEvents.send(from, events(from)));
                if (random.nextBoolean()) {
                    Thread.onSpinWait();
                }
                leaves.cancel();
                sending.get();
            }
        }
        // A reader without demand is cut off, and can resume; one with demand receives its events.
        await().atMost(BOUND).until(stays::hasCompleted);
        assertThat(stays.getItems()).hasSize(1).first().isInstanceOf(LiveMessage.Opened.class);
        AssertSubscriber<LiveMessage> another = liveEvents
                .of(buyer, Optional.empty())
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        await().atMost(BOUND).until(() -> !another.getItems().isEmpty());
        LogProgress from = liveEvents.position().await().atMost(BOUND);
        liveEvents.send(from, events(from));
        await().atMost(BOUND)
                .until(() -> another.getItems().stream()
                                .filter(LiveMessage.Happened.class::isInstance)
                                .count()
                        == EVENTS);
        another.cancel();
    }
}
