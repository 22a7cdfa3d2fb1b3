package dev.orderonce.jobs;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Does a duty again and again, with a pause between its end and the next beginning: the framework's
 * schedule keeps whole seconds only.
 */
@ApplicationScoped
public class FixedDelay {
    private static final Logger LOG = Logger.getLogger(FixedDelay.class);

    private final Vertx vertx;
    private volatile boolean stopping;

    FixedDelay(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Begins with a pause.
     *
     * @param pause at least 1 ms
     */
    public void keep(Duration pause, Supplier<Uni<Void>> duty) {
        vertx.setTimer(Math.max(1, pause.toMillis()), id -> once(pause, duty));
    }

    private void once(Duration pause, Supplier<Uni<Void>> duty) {
        if (stopping) {
            return;
        }
        Uni.createFrom()
                .deferred(duty::get)
                .onTermination()
                .invoke(() -> keep(pause, duty))
                .subscribe()
                .with(done -> {}, failure -> LOG.error("a duty failed; it is tried again", failure));
    }

    void stop(@Observes @Priority(1) ShutdownEvent stop) {
        stopping = true;
    }
}
