package dev.orderonce.idempotency;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Waits for somebody else's insert, one second in all: an insert takes some milliseconds, and a
 * client that would have to wait for longer than that is better told so.
 */
@ApplicationScoped
public class PollSchedule {
    /** Milliseconds between looks. */
    private static final int[] PAUSES = {10, 20, 40, 80, 150, 200, 250, 250};

    private final Vertx vertx;

    PollSchedule(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Whether so many looks were enough. */
    public boolean isOver(int looks) {
        return looks >= PAUSES.length;
    }

    /** The pause after so many looks. */
    public Uni<Long> pause(int looks) {
        return Uni.createFrom().emitter(waiting -> vertx.setTimer(PAUSES[looks], waiting::complete));
    }
}
