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
 * Who asked a store, and hears the answer on the event loop and in the context they asked in: what
 * belongs to a request, its trace for one, is there afterwards as it was before.
 */
public final class PendingRequest<A> {
    private final UniEmitter<? super A> caller;
    private final ContextInternal context;
    private final @Nullable Span span;

    /**
     * @param otherwise the context of whoever asks from outside of an event loop
     */
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
    public void complete(A answer, int together) {
        StoreSpans.answered(span, together);
        context.dispatch(answer, caller::complete);
    }

    /** Only on {@link #loop}. */
    public void fail(Throwable failure) {
        StoreSpans.failed(span, failure);
        context.dispatch(failure, caller::fail);
    }

    /** They did not wait; nobody hears of it any more. */
    public void left() {
        StoreSpans.failed(span, new CancellationException("nobody waits for it"));
    }

    /** On {@link #loop} in any case: at once if that is here. */
    public void hand(Runnable delivery) {
        if (loop().inEventLoop()) {
            delivery.run();
        } else {
            loop().execute(delivery);
        }
    }
}
