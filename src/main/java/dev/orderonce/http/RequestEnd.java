package dev.orderonce.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs what has to be done exactly once for each request, however it ends. */
public final class RequestEnd {
    private RequestEnd() {}

    /**
     * Runs an action when the response has ended or the connection was lost, whichever is first.
     * The end handlers of the routing context do not: what reads the body or streams the response
     * takes the one place for a handler that they need.
     *
     * <p>At once, if it is done already: a client can leave while its token is verified in another
     * thread. To be called on the request's event loop.
     */
    public static void whenDone(RoutingContext context, Runnable action) {
        AtomicBoolean isDone = new AtomicBoolean();
        Runnable once = () -> {
            if (isDone.compareAndSet(false, true)) {
                action.run();
            }
        };
        QuarkusRequestWrapper.get(context.request()).addRequestDoneHandler(done -> once.run());
        if (isGone(context)) {
            once.run();
        }
    }

    /** Whether nobody can be answered any more. */
    public static boolean isGone(RoutingContext context) {
        return context.response().ended()
                || context.response().closed()
                || !channel(context).isActive();
    }

    /**
     * Runs an action when the client has taken the whole response, or the connection was lost.
     * Until then the response is in memory.
     */
    public static void whenTaken(RoutingContext context, Runnable action) {
        whenDone(context, () -> {
            Channel channel = channel(context);
            // Not before the response itself has been handed to the channel.
            channel.eventLoop()
                    .execute(() -> channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(taken -> action.run()));
        });
    }

    static Channel channel(RoutingContext context) {
        return ((ConnectionBase) context.request().connection()).channel();
    }
}
