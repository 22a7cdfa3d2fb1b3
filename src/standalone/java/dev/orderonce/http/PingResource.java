package dev.orderonce.http;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * Does nothing, as fast as the service can: what the benchmark, which runs the standalone build,
 * measures the hot path against.
 */
@Path("/ping")
@PermitAll
class PingResource {
    @GET
    @Operation(operationId = "ping", summary = "Does nothing")
    @NonBlocking
    public void ping() {
        // nothing
    }
}
