package dev.orderonce.http;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * Refuses bodies that tell no length and are larger than is accepted. What is accepted is read into
 * memory whole; only what does not fit there comes as another stream. To read on in that stream
 * would end in an empty answer of the framework's and two stack traces in the log.
 */
@Provider
public class RefuseLargeBodies implements ReaderInterceptor {
    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        if (context.getInputStream() instanceof ByteArrayInputStream) {
            return context.proceed();
        }
        throw new WebApplicationException(Response.Status.REQUEST_ENTITY_TOO_LARGE);
    }
}
