package dev.orderonce.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lets pages of the configured origins call the service and read its responses: the CORS protocol of the Fetch standard
 * ({@code fetch.spec.whatwg.org/#http-cors-protocol}), without credentials, since a page sends its token itself.
 * Another origin gets the same responses without these headers, so its browser withholds them from the page.
 */
@ApplicationScoped
class CrossOrigin {
    /** The same for every path: a method that a path does not have is refused with a problem that the page can read. */
    private static final String METHODS = "DELETE, GET, HEAD, PATCH, POST, PUT";

    /** What an operation reads, or a tracer of the page writes. A program's {@code On-Behalf-Of} is not for pages. */
    private static final String REQUEST_HEADERS =
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
                    + "Last-Event-ID, Request-Id, traceparent, tracestate";

    /** What the service writes, but for the headers that a page can always read. */
    private static final String RESPONSE_HEADERS = "Allow, Date, ETag, Idempotent-Replayed, Link, Location, RateLimit, "
            + "RateLimit-Policy, Request-Id, Retry-After, WWW-Authenticate";

    /** In seconds: how long a browser remembers a preflight response; Chromium's own maximum. */
    private static final String MAX_AGE = "7200";

    /**
     * An origin as browsers send it: a name in lower case or an address, and a port unless it is the scheme's default.
     */
    private static final Pattern ORIGIN = Pattern.compile(
            "(http(?!.*:80$)|https(?!.*:443$))://([a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:]+])(:[1-9][0-9]{0,4})?");

    private final Set<String> origins;

    CrossOrigin(CorsSettings settings) {
        this.origins = origins(settings).collect(Collectors.toUnmodifiableSet());
    }

    /** Adds a sentence for each value that is not the origin of a page. */
    static void check(CorsSettings settings, Consumer<String> wrong) {
        origins(settings)
                .filter(origin -> !ORIGIN.matcher(origin).matches())
                .forEach(origin -> wrong.accept(
                        "cors.origins: \"%s\" is not an origin as a browser sends it; write https://shop.example or http://localhost:3000"
                                .formatted(origin)));
    }

    private static Stream<String> origins(CorsSettings settings) {
        return settings.origins().stream().flatMap(List::stream).map(String::strip);
    }

    /** Adds the headers that let a page of a configured origin read the response, whichever it will be. */
    void allow(RoutingContext context) {
        if (origins.isEmpty()) {
            return;
        }
        MultiMap headers = context.response().headers();
        // On every response: a cache must not return the response to one origin to another. At the end, because what
        // makes the response may replace the header.
        context.addHeadersEndHandler(_ -> headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN));
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        if (origin != null && origins.contains(origin)) {
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS);
        }
    }

    /** Whether a browser asks if a page of a configured origin may send a request. */
    boolean isPreflight(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        return origin != null
                && request.method().equals(HttpMethod.OPTIONS)
                && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)
                && origins.contains(origin);
    }

    /** Permits the request; whether it is refused is its own response's to say. */
    void answerPreflight(RoutingContext context) {
        context.response()
                .setStatusCode(204)
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
                .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE)
                .end();
    }
}
