package dev.orderonce.http;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/** Writes a {@link Problem} with the id of its request. */
@Provider
public class ProblemWriter implements ServerMessageBodyWriter<Problem> {
    @Override
    public boolean isWriteable(Class<?> type, Type declared, ResteasyReactiveResourceInfo target, MediaType mediaType) {
        return type == Problem.class;
    }

    @Override
    public void writeResponse(Problem problem, Type declared, ServerRequestContext context) {
        ServerHttpResponse response = context.serverResponse();
        response.end(
                problem.toJson(response.getResponseHeader(Headers.REQUEST_ID)).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean isWriteable(Class<?> type, Type declared, Annotation[] annotations, MediaType mediaType) {
        return type == Problem.class;
    }

    @Override
    public void writeTo(
            Problem problem,
            Class<?> type,
            Type declared,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out) {
        throw new UnsupportedOperationException("a problem is written with the id of its request");
    }
}
