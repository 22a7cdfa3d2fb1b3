package dev.orderonce.web;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/** Runs what has to be done exactly once for each request, however it ends. */
public final class RequestEnd {
    private RequestEnd() {}

    /**
     * Runs an action when the response has ended or the connection was lost, whichever is first.
     * The end handlers of the routing context do not: what reads the body or streams the response
     * takes the one place for a handler that they need.
     */
    public static void whenDone(RoutingContext context, Runnable action) {
        QuarkusRequestWrapper.get(context.request()).addRequestDoneHandler(done -> action.run());
    }

    /**
     * Runs an action when the client has taken the whole response, or the connection was lost.
     * Until then the response is in memory.
     */
    public static void whenTaken(RoutingContext context, Runnable action) {
        whenDone(
                context,
                () -> {
                    Channel channel = channel(context);
                    // Not before the response itself has been handed to the channel.
                    channel.eventLoop()
                            .execute(
                                    () ->
                                            channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                                                    .addListener(taken -> action.run()));
                });
    }

    static Channel channel(RoutingContext context) {
        return ((ConnectionBase) context.request().connection()).channel();
    }
}
