package dev.orderonce.http;

import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** A successful response; never cached. */
public final class Reply implements Answer {
    private final Response.ResponseBuilder response;

    private Reply(Response.Status status, @Nullable Object entity) {
        this.response = Response.status(status).entity(entity).header(HttpHeaders.CACHE_CONTROL, Headers.NO_STORE);
    }

    public static Reply ok(Object entity) {
        return new Reply(Response.Status.OK, entity);
    }

    /** 200 with {@code Idempotent-Replayed}: the request repeats an earlier one. */
    public static Reply replayed(Object entity) {
        return ok(entity).with(Headers.REPLAYED, "true");
    }

    public static Reply created(Object entity) {
        return new Reply(Response.Status.CREATED, entity);
    }

    /** 201 with {@code Location}. */
    public static Reply created(Object entity, String location) {
        return created(entity).with(HttpHeaders.LOCATION, location);
    }

    public static Reply accepted(Object entity) {
        return new Reply(Response.Status.ACCEPTED, entity);
    }

    public static Reply noContent() {
        return new Reply(Response.Status.NO_CONTENT, null);
    }

    /**
     * 200 with a body that is sent while it is made.
     *
     * @param chunks none is empty; after a failure the connection is closed without the end of the body
     */
    public static Reply streamed(String mediaType, Multi<byte[]> chunks) {
        return ok(new StreamedBody(chunks)).with(HttpHeaders.CONTENT_TYPE, mediaType);
    }

    /** 304: the client has the current representation. */
    public static Reply notModified() {
        return new Reply(Response.Status.NOT_MODIFIED, null);
    }

    /** 200 to a {@code HEAD} whose {@code GET} returns this media type. */
    public static Reply head(String mediaType) {
        return new Reply(Response.Status.OK, null).with(HttpHeaders.CONTENT_TYPE, mediaType);
    }

    /** Adds a strong {@code ETag}. */
    public Reply tagged(String opaque) {
        return with(HttpHeaders.ETAG, Headers.entityTag(opaque));
    }

    /** Adds a header. */
    public Reply with(String header, String value) {
        response.header(header, value);
        return this;
    }

    @Override
    public Reply within(Quota quota) {
        return with(Headers.RATE_LIMIT_POLICY, quota.policies()).with(Headers.RATE_LIMIT, quota.left());
    }

    @Override
    public Response toResponse() {
        return response.build();
    }
}
