package dev.orderonce.statistics;

import dev.orderonce.identity.Role;
import dev.orderonce.statistics.LastHour.Picture;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** The last hour over HTTP, for support's page. */
@Path("/picture")
@Produces(MediaType.APPLICATION_JSON)
class StatisticsResource {
    private final LastHour drawPicture;

    StatisticsResource(LastHour drawPicture) {
        this.drawPicture = drawPicture;
    }

    /** The picture as it goes over the wire. */
    @Schema(name = "Picture")
    record PictureView(
            @Schema(required = true, description = "The last hour, the newest last")
            List<Minute> minutes) {}

    @GET
    @RolesAllowed({Role.SUPPORT, Role.MERCHANT})
    @Operation(
            operationId = "drawPicture",
            summary = "Orders placed, duplicates prevented and refusals, minute by minute",
            description = "Of all replicas together, a second old at most. For alerts use the metrics.")
    @APIResponse(
            responseCode = "200",
            description = "The last hour",
            content = @Content(schema = @Schema(implementation = PictureView.class)))
    public Uni<Response> draw() {
        return drawPicture.draw().map(picture -> switch (picture) {
            case Picture.Drawn(var minutes) ->
                Response.ok(new PictureView(minutes))
                        .header(HttpHeaders.CACHE_CONTROL, "no-store")
                        .build();
        });
    }
}
