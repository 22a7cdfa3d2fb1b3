package dev.orderonce.events;

import dev.orderonce.events.LiveMessage.Happened;
import dev.orderonce.events.LiveMessage.Opened;
import dev.orderonce.events.LiveMessage.StillOpen;
import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * One open stream of a buyer's events. It sends the events that the buyer has missed since the position to resume from,
 * then the new ones. Everything runs on the event loop of the request, so that sending and cancellation cannot overlap.
 *
 * <pre>
 *   opening ──position known──▶ catching up ──nothing missed any more──▶ live
 *                                    └─────── full queue, end of time, stop ──▶ ended
 * </pre>
 *
 * <p>A reader that is slower than the events fills the queue; the stream ends then, and the reader resumes from the
 * last message it has read.
 */
final class LiveStream {
    private static final Logger LOG = Logger.getLogger(LiveStream.class);

    /** Some hundred kilobytes at most, for each stream of a slow reader. */
    private static final int LONGEST_QUEUE = 500;

    /**
     * How long one stream stays open. The reader resumes it with a fresh token: a token that expires or is withdrawn
     * ends its stream within this time too.
     */
    static final Duration LONGEST = Duration.ofMinutes(10);

    /** Events of one read while catching up; the next page is read when these are sent. */
    private static final int PAGE = 100;

    private final LiveEvents events;
    private final OutboxStore store;
    private final EventSettings settings;
    private final ContextInternal context;
    private final Buyer buyer;
    private final Optional<LogPosition> resumed;
    private final MultiEmitter<? super LiveMessage> emitter;

    private final ArrayDeque<LiveMessage> queue = new ArrayDeque<>();

    /** New events; they wait here while the reader is catching up. */
    private final ArrayDeque<Happened> live = new ArrayDeque<>();

    private LogPosition begun = LogPosition.BEGINNING;

    /**
     * Events after this id, and between the position to resume from and {@link #begun}, have not been read yet. Ids are
     * read in their order, one partition after the other.
     */
    private long readUpTo;

    private boolean isCatchingUp;
    private boolean isReading;
    private boolean isSending;
    private boolean isEnding;
    private boolean isClosed;
    private long heartbeat = -1;
    private long timeout = -1;

    LiveStream(
            LiveEvents events,
            OutboxStore store,
            EventSettings settings,
            ContextInternal context,
            Buyer buyer,
            Optional<LogPosition> resumed,
            MultiEmitter<? super LiveMessage> emitter) {
        this.events = events;
        this.store = store;
        this.settings = settings;
        this.context = context;
        this.buyer = buyer;
        this.resumed = resumed;
        this.emitter = emitter;
        emitter.onRequest(_ -> context.execute(this::send));
        emitter.onTermination(() -> context.execute(this::close));
    }

    Buyer buyer() {
        return buyer;
    }

    /** From any thread: everything in this position happened before the stream was opened. */
    void open(LogPosition now) {
        later(() -> begin(now));
    }

    /**
     * From any thread: an event that happened after the stream was opened.
     *
     * @param position the events up to and with this one
     */
    void happened(PublishedEvent event, LogPosition position) {
        later(() -> receive(event, position));
    }

    /** From any thread: ends the stream after the messages that wait in it. */
    void end() {
        later(() -> {
            isEnding = true;
            send();
        });
    }

    /**
     * Never within the call, also on the stream's own event loop: the caller holds the monitor of all streams and
     * iterates over them, and a stream whose reader has disconnected removes itself.
     */
    private void later(Runnable step) {
        context.runOnContext(_ -> step.run());
    }

    private void begin(LogPosition now) {
        if (isClosed) {
            events.unregister(this); // the reader disconnected before the stream was registered
            return;
        }
        begun = now;
        heartbeat = context.owner().setPeriodic(settings.heartbeatInterval().toMillis(), _ -> stillOpen());
        timeout = context.owner().setTimer(LONGEST.toMillis(), _ -> end());
        queue.add(new Opened(resumed.orElse(now)));
        resumed.ifPresent(from -> {
            isCatchingUp = !from.covers(now);
        });
        if (isCatchingUp) {
            readLate();
        }
        send();
    }

    /** Reads the events below the position to resume from that were committed after the reader disconnected. */
    private void readLate() {
        List<Long> late = resumed.orElseThrow().missingButIn(begun);
        if (late.isEmpty()) {
            return;
        }
        isReading = true;
        store.ofBuyer(buyer.subject(), late)
                .subscribe()
                .with(
                        found -> context.execute(() ->
                                missed(found, readUpTo, resumed.orElseThrow(), begun.within(resumed.orElseThrow()))),
                        this::cannotRead);
    }

    private void readNext() {
        isReading = true;
        store.ofBuyer(buyer.subject(), resumed.orElseThrow(), begun, readUpTo, PAGE)
                .subscribe()
                .with(
                        page -> context.execute(() -> missed(
                                page,
                                page.size() < PAGE
                                        ? begun.last()
                                        : page.getLast().id(),
                                withLate(),
                                begun)),
                        this::cannotRead);
    }

    /**
     * From any thread: ends the stream, which may be open for the reader already. The reader resumes from the last
     * message, at a replica that reaches PostgreSQL.
     */
    void cannotRead(Throwable failure) {
        LOG.debugf("a live stream ends: %s", failure.getMessage());
        end();
    }

    /** What the reader has when everything late was sent. */
    private LogPosition withLate() {
        LogPosition from = resumed.orElseThrow();
        return from.with(begun.within(from));
    }

    /**
     * Sends events that happened before the stream was opened.
     *
     * @param upTo events up to this id have been read
     * @param from what the reader has before these events
     * @param among the set whose first events these are
     */
    private void missed(List<PublishedEvent> found, long upTo, LogPosition from, LogPosition among) {
        if (isClosed) {
            return;
        }
        isReading = false;
        readUpTo = upTo;
        for (PublishedEvent event : found) {
            // Events that were not visible when the stream was opened are received as new ones.
            if (begun.contains(event.id()) && !from.contains(event.id())) {
                queue.add(new Happened(event, from.with(among.upTo(event.id()))));
            }
        }
        send();
    }

    private void receive(PublishedEvent event, LogPosition position) {
        if (isClosed || isEnding) {
            return;
        }
        if (resumed.isPresent() && resumed.get().contains(event.id())) {
            return; // read at a replica that was ahead of this one
        }
        live.add(new Happened(event, resumed.map(from -> from.with(position)).orElse(position)));
        if (live.size() > LONGEST_QUEUE) {
            live.clear();
            isEnding = true;
        }
        send();
    }

    private void stillOpen() {
        if (queue.isEmpty() && live.isEmpty()) {
            queue.add(new StillOpen());
            send();
        }
    }

    /** Sends as many messages as the reader requests; a message that is sent may cause the next request at once. */
    private void send() {
        if (isSending) {
            return;
        }
        isSending = true;
        while (!isClosed && emitter.requested() > 0 && hasNext()) {
            emitter.emit(next());
        }
        isSending = false;
        if (!isClosed && isEnding && !hasNext()) {
            emitter.complete();
        } else if (!isClosed && isCatchingUp && !isReading && queue.size() < PAGE) {
            catchUp();
        }
    }

    private boolean hasNext() {
        return !queue.isEmpty() || (!isCatchingUp && !live.isEmpty());
    }

    private LiveMessage next() {
        return queue.isEmpty() ? live.remove() : queue.remove();
    }

    private void catchUp() {
        if (readUpTo < begun.last()) {
            readNext();
        } else {
            isCatchingUp = false;
            send();
        }
    }

    private void close() {
        isClosed = true;
        queue.clear();
        live.clear();
        context.owner().cancelTimer(heartbeat);
        context.owner().cancelTimer(timeout);
        events.closed(this);
    }
}
