package dev.orderonce.http;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.http.HttpClosedException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/** Writes a {@link StreamedBody}, one chunk at a time. */
@Provider
public class StreamedBodyWriter implements ServerMessageBodyWriter<StreamedBody> {
    private static final Logger LOG = Logger.getLogger(StreamedBodyWriter.class);

    @Override
    public boolean isWriteable(Class<?> type, Type declared, ResteasyReactiveResourceInfo target, MediaType mediaType) {
        return type == StreamedBody.class;
    }

    @Override
    public void writeResponse(StreamedBody body, Type declared, ServerRequestContext context) {
        ResteasyReactiveRequestContext request = (ResteasyReactiveRequestContext) context;
        ServerHttpResponse response = context.serverResponse();
        request.suspend();
        response.setChunked(true);
        Cancellable writing = body.chunks()
                .onItem()
                .transformToUniAndConcatenate(chunk -> Uni.createFrom().completionStage(() -> response.write(chunk)))
                .subscribe()
                .with(
                        _ -> {},
                        failure -> {
                            report(failure);
                            response.reset();
                            request.resume();
                        },
                        () -> {
                            response.end();
                            request.resume();
                        });
        response.addCloseHandler(writing::cancel);
    }

    /** An unavailable store is logged by itself, and any client can disconnect. */
    private static void report(Throwable failure) {
        if (!(failure instanceof Outcome || failure instanceof IOException || failure instanceof HttpClosedException)) {
            LOG.error("a response was not sent to its end", failure);
        }
    }

    @Override
    public boolean isWriteable(Class<?> type, Type declared, Annotation[] annotations, MediaType mediaType) {
        return type == StreamedBody.class;
    }

    @Override
    public void writeTo(
            StreamedBody body,
            Class<?> type,
            Type declared,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out) {
        throw new UnsupportedOperationException("a body is written as it is made");
    }
}
