package dev.orderonce.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.resteasy.reactive.jackson.runtime.serialisers.ServerJacksonMessageBodyReader;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyReader;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads request bodies; refuses those that are missing, and those without a length that are too large. A body of
 * acceptable size is read into memory whole; only a larger one comes as another kind of stream. Reading on in that
 * stream would end in an empty response of the framework and two stack traces in the log.
 *
 * <p>A reader of its own instead of a {@code ReaderInterceptor}, for which the framework reflects on the method of the
 * resource with each request: a tenth of the processor time of placing an order.
 */
@Provider
@Consumes(MediaType.APPLICATION_JSON)
public class RequestBodies extends ServerJacksonMessageBodyReader {
    private final Instance<ObjectMapper> mapper;

    @Inject
    RequestBodies(Instance<ObjectMapper> mapper) {
        super(mapper);
        this.mapper = mapper;
    }

    @Override
    public @Nullable Object readFrom(
            Class<Object> type, Type genericType, MediaType mediaType, ServerRequestContext context)
            throws IOException {
        checkLength(context);
        Object body;
        try {
            body = super.readFrom(type, genericType, mediaType, context);
        } catch (WebApplicationException | JacksonException failure) {
            InputStream again = context.getInputStream();
            again.reset();
            ObjectMapper json = mapper.get();
            throw new Refusal(new BodyErrors(json, json.constructType(genericType)).of(again));
        }
        if (body == null && !OptionalBody.class.isAssignableFrom(type)) {
            throw new BadRequestException();
        }
        return body;
    }

    private static void checkLength(ServerRequestContext context) {
        if (!(context.getInputStream() instanceof ByteArrayInputStream)) {
            throw new WebApplicationException(Response.Status.REQUEST_ENTITY_TOO_LARGE);
        }
    }

    /** Reads the bodies whose text itself is what counts. */
    @Provider
    @Consumes(MediaType.APPLICATION_JSON)
    public static class Texts implements ServerMessageBodyReader<String> {
        @Override
        public boolean isReadable(
                Class<?> type, Type genericType, ResteasyReactiveResourceInfo method, MediaType mediaType) {
            return isReadable(type, genericType, new Annotation[0], mediaType);
        }

        @Override
        public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
            return type == String.class;
        }

        @Override
        public String readFrom(Class<String> type, Type genericType, MediaType mediaType, ServerRequestContext context)
                throws IOException {
            checkLength(context);
            return text(context.getInputStream());
        }

        @Override
        public String readFrom(
                Class<String> type,
                Type genericType,
                Annotation[] annotations,
                MediaType mediaType,
                MultivaluedMap<String, String> headers,
                InputStream body)
                throws IOException {
            return text(body);
        }

        /** JSON is UTF-8, whatever charset the client names (RFC 8259, sections 8.1 and 11). */
        private static String text(InputStream body) throws IOException {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
