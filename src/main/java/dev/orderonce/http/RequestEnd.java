package dev.orderonce.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs an action exactly once at the end of a request, however it ends. */
public final class RequestEnd {
    private RequestEnd() {}

    /**
     * Runs an action when the response has ended or the connection was lost, whichever is first. (The end handlers of
     * the routing context are not reliable: code that reads the body or streams the response replaces the only handler
     * that they use.)
     *
     * <p>Runs it at once if the request has ended: a client can disconnect while its token is verified in another
     * thread. Call it on the request's event loop.
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

    /** Whether the client cannot receive a response any more. */
    public static boolean isGone(RoutingContext context) {
        return context.response().ended()
                || context.response().closed()
                || !channel(context).isActive();
    }

    /**
     * Runs an action when the client has received the whole response, or the connection was lost. Until then the
     * response is in memory.
     */
    public static void whenTaken(RoutingContext context, Runnable action) {
        whenDone(context, () -> {
            Channel channel = channel(context);
            // After the response itself has been passed to the channel.
            channel.eventLoop()
                    .execute(() -> channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(taken -> action.run()));
        });
    }

    static Channel channel(RoutingContext context) {
        return ((ConnectionBase) context.request().connection()).channel();
    }
}
