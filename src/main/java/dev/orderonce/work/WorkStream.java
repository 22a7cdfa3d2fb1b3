package dev.orderonce.work;

import dev.orderonce.events.LiveEvents;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.Optional;

/**
 * One open stream of work. Everything runs on the event loop of the request. A reader that is slower than the changes
 * receives the latest: what waited before is of no use.
 */
final class WorkStream {
    private final LiveWork work;
    private final Context context;
    private final boolean isSupport;
    private final MultiEmitter<? super WorkMessage> emitter;

    private Optional<Work> latest = Optional.empty();
    private Optional<Work> unsent = Optional.empty();
    private boolean isCommentDue;
    private boolean isClosed;
    private long heartbeat = -1;
    private long timeout = -1;

    WorkStream(LiveWork work, Context context, boolean isSupport, MultiEmitter<? super WorkMessage> emitter) {
        this.work = work;
        this.context = context;
        this.isSupport = isSupport;
        this.emitter = emitter;
        emitter.onRequest(_ -> later(this::send));
        emitter.onTermination(() -> later(this::close));
    }

    /** Never within the call: the caller may hold the monitor of all streams, and a stream that ends removes itself. */
    private void later(Runnable step) {
        context.runOnContext(_ -> step.run());
    }

    /** From any thread. */
    void open(Duration heartbeatInterval) {
        later(() -> {
            if (!isClosed) {
                heartbeat = context.owner().setPeriodic(heartbeatInterval.toMillis(), _ -> stillOpen());
                timeout = context.owner().setTimer(LiveEvents.LONGEST.toMillis(), _ -> emitter.complete());
            }
        });
    }

    /** From any thread: what waits now, changed or not. */
    void changed(Work now) {
        later(() -> {
            Optional<Work> visible = Optional.of(now.visibleTo(isSupport));
            if (!visible.equals(latest)) {
                latest = visible;
                unsent = visible;
                send();
            }
        });
    }

    /** From any thread. */
    void end() {
        later(emitter::complete);
    }

    private void stillOpen() {
        isCommentDue = true;
        send();
    }

    private void send() {
        while (!isClosed && emitter.requested() > 0 && (unsent.isPresent() || isCommentDue)) {
            WorkMessage next = unsent.<WorkMessage>map(WorkMessage.Changed::new).orElseGet(WorkMessage.StillOpen::new);
            unsent = Optional.empty();
            isCommentDue = false;
            emitter.emit(next);
        }
    }

    private void close() {
        if (!isClosed) {
            isClosed = true;
            context.owner().cancelTimer(heartbeat);
            context.owner().cancelTimer(timeout);
            work.closed(this);
        }
    }
}
