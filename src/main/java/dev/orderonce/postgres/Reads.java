package dev.orderonce.postgres;

import dev.orderonce.stores.StoreUnavailable;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Supplier;

/**
 * Reads entities through Panache: every read that is not on the hot path. Commands, and what jobs claim, are SQL in the
 * stores.
 *
 * <p>Each read has a session and a Vert.x context of its own. Panache keeps the session in the context: two reads of
 * one request at a time would share one session, which is not allowed, and a read after a command would return the row
 * as it was before.
 */
@ApplicationScoped
public class Reads {
    private final Postgres postgres;
    private final Vertx vertx;

    Reads(Postgres postgres, Vertx vertx) {
        this.postgres = postgres;
        this.vertx = vertx;
    }

    /**
     * Executes queries in one session.
     *
     * @param name the operation's name in traces
     * @return completes on the caller's context. Fails with {@link StoreUnavailable} if PostgreSQL is unavailable
     */
    public <T> Uni<T> read(String name, Supplier<Uni<T>> queries) {
        return postgres.bounded(name, Uni.createFrom().emitter(caller -> {
            ContextInternal callers = (ContextInternal) vertx.getOrCreateContext();
            ContextInternal own = callers.duplicate();
            VertxContextSafetyToggle.setContextSafe(own, true);
            // Not cancelled with the caller: the session closes, and its connection returns to the pool, in any case.
            own.runOnContext(_ -> Panache.withSession(queries)
                    .subscribe()
                    .with(
                            result -> callers.runOnContext(_ -> caller.complete(result)),
                            failure -> callers.runOnContext(_ -> caller.fail(failure))));
        }));
    }
}
