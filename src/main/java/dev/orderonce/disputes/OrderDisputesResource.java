package dev.orderonce.disputes;

import dev.orderonce.disputes.OpenDispute.Opening;
import dev.orderonce.http.Outcomes;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Disputing an order over HTTP: translates, decides nothing. */
@Path("/orders/{number}/disputes")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
class OrderDisputesResource {
    private final Caller caller;
    private final OpenDispute openDispute;
    private final Outcomes outcomes;

    OrderDisputesResource(Caller caller, OpenDispute openDispute, Outcomes outcomes) {
        this.caller = caller;
        this.openDispute = openDispute;
        this.outcomes = outcomes;
    }

    @POST
    @RolesAllowed(Role.BUYER)
    @Operation(
            operationId = "openDispute",
            summary = "Say that an order is a duplicate of another one, or not the buyer's",
            description =
                    "By its buyer. What is known of the order, and of the other one, is gathered by itself and kept as "
                            + "evidence. One dispute of an order at a time: a repeat is told of the one that is open; once "
                            + "that is decided, another one can be opened.")
    @APIResponse(
            responseCode = "201",
            description = "It is open, by this request",
            headers =
                    @Header(
                            name = "Location",
                            description = "Where the dispute is",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The same was said before, and is not decided: the dispute as it is now",
            headers =
                    @Header(
                            name = "Idempotent-Replayed",
                            description = "true",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> open(@PathParam("number") String number, DisputeSubmission submission) {
        if (submission == null) {
            return Uni.createFrom().item(Problem.of(ProblemType.BODY_UNREADABLE).toResponse());
        }
        return openDispute
                .open(caller.buyer(), number, submission)
                .plug(ending -> outcomes.time("open-dispute", number, ending))
                .map(opening -> toResponse(opening));
    }

    private Response toResponse(Opening opening) {
        return switch (opening) {
            case Opening.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND).toResponse();
            case Opening.Invalid(var violations) ->
                Problem.of(ProblemType.BODY_INVALID)
                        .with("violations", violations)
                        .toResponse();
            case Opening.OtherOpen(Dispute dispute) ->
                DisputeView.about(ProblemType.DISPUTE_OPEN, dispute).toResponse();
            case Opening.AlreadyOpen(DisputeDetails dossier) ->
                answer(Response.Status.OK, dossier)
                        .header("Idempotent-Replayed", "true")
                        .build();
            case Opening.Limited(var retryAfter) ->
                Problem.of(ProblemType.LIMIT_REACHED)
                        .with("limit", "disputes-opened")
                        .after(retryAfter)
                        .toResponse();
            case Opening.Opened(DisputeDetails dossier) ->
                answer(Response.Status.CREATED, dossier)
                        .header(HttpHeaders.LOCATION, DisputeView.path(dossier.dispute()))
                        .build();
        };
    }

    private static Response.ResponseBuilder answer(Response.Status status, DisputeDetails dossier) {
        return Response.status(status)
                .entity(DisputeView.of(dossier, Party.BUYER))
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
