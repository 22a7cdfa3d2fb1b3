package dev.orderonce.http;

import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Refuses request bodies that are missing, and those without a length that are too large. A body of acceptable size is
 * read into memory whole; only a larger one comes as another kind of stream. Reading on in that stream would end in an
 * empty response of the framework and two stack traces in the log.
 */
@Provider
public class RequestBodies implements ReaderInterceptor {
    @Override
    public @Nullable Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        if (!(context.getInputStream() instanceof ByteArrayInputStream)) {
            throw new WebApplicationException(Response.Status.REQUEST_ENTITY_TOO_LARGE);
        }
        Object body = context.proceed();
        if (body == null && !OptionalBody.class.isAssignableFrom(context.getType())) {
            throw new BadRequestException();
        }
        return body;
    }
}
