package dev.orderonce.client.servlet;

import dev.orderonce.client.Once;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Makes responses create-once: of several requests with the same {@code Idempotency-Key} one is handled, and the others
 * get its response, with {@code Idempotent-Replayed: true}.
 *
 * <p>A protected request claims its caller and key before it is handled. Its response is held back, stored (status, the
 * {@linkplain Builder#headers headers} that are kept, and the bytes of the body), and then sent.
 *
 * <ul>
 *   <li>409 with {@code Retry-After}: another request with the key is in progress; 422: the key was sent with another
 *       method, path, query or body; 503: the service is unavailable or refuses this program, and nothing was done;
 *       400: there is no key, or none of 20 to 255 visible ASCII characters; 413: a body over 1 MiB; 415: a multipart
 *       body.
 *   <li>A response of 5xx, 401, 403, 408, 409, 423, 425 or 429, and an exception, give the claim up: a repeat is
 *       handled again. Every other response is the key's from then on.
 *   <li>A response that is larger than 64 KiB in base 64 is sent and not kept: a repeat is 409
 *       {@code response-not-kept}, and not handled again.
 *   <li>A process that crashes after its work and before the response is stored leaves a claim that expires; then a
 *       repeat is handled again. What the work writes has to have {@link #KEY} as a unique key, so that the repeat
 *       finds it.
 *   <li>Requests are handled by one thread: one that becomes asynchronous fails.
 * </ul>
 *
 * <p>By itself it protects the requests that {@link Builder#protecting} selects. With Spring, the annotation
 * {@code Idempotent} selects methods.
 */
public final class IdempotencyFilter implements Filter {
    /**
     * The request attribute with the name of the claim: 43 characters, different for every caller and key, the same for
     * every repeat. A unique column for it makes the work itself repeatable.
     */
    public static final String KEY = "dev.orderonce.client.key";

    private static final String EXCHANGE = Exchange.class.getName();

    private final Builder settings;

    private IdempotencyFilter(Builder settings) {
        this.settings = settings;
    }

    /**
     * Begins a filter.
     *
     * @param once with a deadline that a web request can wait for
     * @param scope of the claims, for this application alone: {@code [a-z][a-z0-9-]{0,63}}
     */
    public static Builder builder(Once once, String scope) {
        return new Builder(once, scope);
    }

    /** Settings of a filter. */
    public static final class Builder {
        private final Once once;
        private final String scope;
        private Predicate<HttpServletRequest> selected = request -> false;
        private Function<HttpServletRequest, String> caller = request -> Optional.ofNullable(request.getUserPrincipal())
                .map(Principal::getName)
                .orElse("");
        private List<String> headers = List.of(
                "Content-Type",
                "Content-Language",
                "Content-Encoding",
                "Content-Disposition",
                "Location",
                "ETag",
                "Last-Modified",
                "Link",
                "Cache-Control",
                "Vary");

        private Builder(Once once, String scope) {
            this.once = once;
            this.scope = scope;
        }

        /** The requests to protect where no framework selects them (none). They must have a key. */
        public Builder protecting(Predicate<HttpServletRequest> requests) {
            selected = requests;
            return this;
        }

        /**
         * Who sends a request (the name of the principal): two callers may use the same key. All callers without a
         * principal are one, so an application with anonymous callers names them otherwise, by their session for
         * example.
         */
        public Builder caller(Function<HttpServletRequest, String> of) {
            caller = of;
            return this;
        }

        /** The headers that are kept, and sent again. Never keep {@code Set-Cookie}. */
        public Builder headers(List<String> kept) {
            headers = List.copyOf(kept);
            return this;
        }

        public IdempotencyFilter build() {
            return new IdempotencyFilter(this);
        }
    }

    Once once() {
        return settings.once;
    }

    String scope() {
        return settings.scope;
    }

    Function<HttpServletRequest, String> caller() {
        return settings.caller;
    }

    List<String> headers() {
        return settings.headers;
    }

    @Override
    public void doFilter(ServletRequest any, ServletResponse anyResponse, FilterChain chain)
            throws IOException, ServletException {
        if (!(any instanceof HttpServletRequest request)
                || !(anyResponse instanceof HttpServletResponse response)
                || request.getAttribute(EXCHANGE) != null) {
            chain.doFilter(any, anyResponse);
            return;
        }
        Exchange exchange = new Exchange(this, request, response);
        request.setAttribute(EXCHANGE, exchange);
        try {
            if (!settings.selected.test(request) || exchange.begin(request, exchange.response())) {
                chain.doFilter(exchange.request(), exchange.response());
                exchange.end();
            }
        } finally {
            request.removeAttribute(EXCHANGE);
            exchange.close();
        }
    }

    /**
     * Protects the rest of a request: for frameworks that know the handler of a request only after the filters.
     *
     * @param isKeyRequired whether a request without a key is refused; otherwise it is handled without protection
     * @return whether to handle the request; if not, the response was sent
     * @throws IllegalStateException if the request cannot be protected, because it did not come through the filter
     */
    public static boolean begin(HttpServletRequest request, HttpServletResponse response, boolean isKeyRequired)
            throws IOException {
        if (!isKeyRequired && request.getHeader(KeyHeader.NAME) == null) {
            return true;
        }
        if (request.getAttribute(EXCHANGE) instanceof Exchange exchange) {
            return exchange.begin(request, response);
        }
        throw new IllegalStateException(
                "an idempotent method is called by a request that has not come through the IdempotencyFilter");
    }
}
