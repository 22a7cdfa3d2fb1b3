package dev.orderonce.idempotency;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * The polls of a request that waits for the insert of another one: one second in total. An insert takes a few
 * milliseconds; a client that would wait longer gets a response and repeats the request.
 */
@ApplicationScoped
public class PollSchedule {
    /** Milliseconds before each poll. */
    private static final int[] PAUSES = {10, 20, 40, 80, 150, 200, 250, 250};

    private final Vertx vertx;

    PollSchedule(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Whether all polls are made. */
    public boolean isOver(int polled) {
        return polled >= PAUSES.length;
    }

    /**
     * Waits before the next poll.
     *
     * @param polled how many polls were made
     */
    public Uni<Long> pause(int polled) {
        return Uni.createFrom().emitter(waiting -> vertx.setTimer(PAUSES[polled], waiting::complete));
    }
}
