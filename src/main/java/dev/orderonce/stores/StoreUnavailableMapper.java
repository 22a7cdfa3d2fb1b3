package dev.orderonce.stores;

import dev.orderonce.http.HttpSettings;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers a request whose store did not answer: 503, and the same request can be repeated. */
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
