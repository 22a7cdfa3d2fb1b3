package dev.orderonce.stores;

import dev.orderonce.http.HttpSettings;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps an unavailable store to 503: the client can repeat the same request. */
public class StoreUnavailableMapper {
    private final HttpSettings http;

    StoreUnavailableMapper(HttpSettings http) {
        this.http = http;
    }

    @ServerExceptionMapper
    public Response unavailable(StoreUnavailable failure) {
        return Problem.of(ProblemType.STORE_UNAVAILABLE)
                .after(http.retryDelay())
                .toResponse();
    }
}
