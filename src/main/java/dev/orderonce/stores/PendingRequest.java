package dev.orderonce.stores;

import io.netty.channel.EventLoop;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A pending request to a store; completes the caller on its own event loop and Vert.x context, with the request's
 * trace.
 */
public final class PendingRequest<A> {
    private final UniEmitter<? super A> caller;
    private final ContextInternal context;
    private final @Nullable Span span;

    /** @param otherwise the context in which a caller outside of an event loop is completed */
    public PendingRequest(UniEmitter<? super A> caller, Context otherwise, @Nullable Span span) {
        this.caller = caller;
        ContextInternal callers = (ContextInternal) Vertx.currentContext();
        this.context = callers != null && callers.isEventLoopContext() ? callers : (ContextInternal) otherwise;
        this.span = span;
    }

    public EventLoop loop() {
        return context.nettyEventLoop();
    }

    /** Only on {@link #loop}. */
    public void complete(A reply, int batchSize) {
        StoreSpans.answered(span, batchSize);
        context.dispatch(reply, caller::complete);
    }

    /** Only on {@link #loop}. */
    public void fail(Throwable failure) {
        StoreSpans.failed(span, failure);
        context.dispatch(failure, caller::fail);
    }

    /** The caller has cancelled the request: only the span ends. */
    public void cancelled() {
        StoreSpans.failed(span, new CancellationException("the caller has cancelled the request"));
    }

    /** Runs on {@link #loop}: at once if the current thread is that loop. */
    public void dispatch(Runnable delivery) {
        if (loop().inEventLoop()) {
            delivery.run();
        } else {
            loop().execute(delivery);
        }
    }
}
