package dev.orderonce.statistics;

import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Reply;
import dev.orderonce.identity.Role;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Statistics over HTTP, for support's page. */
@Path("/statistics")
@Tag(name = "Statistics", description = "What the service did in the last hour")
@Produces(MediaType.APPLICATION_JSON)
class StatisticsResource {
    private final LastHour lastHour;
    private final Endpoint endpoint;

    StatisticsResource(LastHour lastHour, Endpoint endpoint) {
        this.lastHour = lastHour;
        this.endpoint = endpoint;
    }

    /** The JSON of the statistics. */
    @Schema(name = "Statistics")
    record StatisticsView(
            @Schema(required = true, description = "The last 60 minutes, the newest last")
            List<Minute> minutes) {}

    @GET
    @RolesAllowed({Role.SUPPORT, Role.MERCHANT})
    @Operation(
            operationId = "readStatistics",
            summary = "Read the statistics of the last hour",
            description =
                    "Orders placed, duplicates prevented, confirmations required and refusals, minute by minute. All "
                            + "replicas together, at most a second old. For alerts use the metrics.")
    @APIResponse(
            responseCode = "200",
            description = "The last hour",
            content = @Content(schema = @Schema(implementation = StatisticsView.class)))
    public Uni<Response> read() {
        return endpoint.answer("statistics", "", lastHour.read(), read -> Reply.ok(new StatisticsView(read.minutes())));
    }
}
