package dev.orderonce.disputes;

import dev.orderonce.disputes.OpenDispute.Opening;
import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Headers;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
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
    private final Endpoint endpoint;

    OrderDisputesResource(Caller caller, OpenDispute openDispute, Endpoint endpoint) {
        this.caller = caller;
        this.openDispute = openDispute;
        this.endpoint = endpoint;
    }

    @POST
    @RolesAllowed(Role.BUYER)
    @Refusals({ProblemType.ORDER_NOT_FOUND, ProblemType.DISPUTE_OPEN, ProblemType.LIMIT_REACHED})
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
                    @Header(name = Headers.REPLAYED, description = "true", schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> open(@PathParam("number") String number, DisputeSubmission submission) {
        return endpoint.answer(
                "open-dispute", number, openDispute.open(caller.buyer(), number, submission), this::toAnswer);
    }

    private Answer toAnswer(Opening opening) {
        return switch (opening) {
            case Opening.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
            case Opening.Invalid(var violations) -> Problem.ofBody(violations);
            case Opening.OtherOpen(Dispute dispute) -> DisputeView.about(ProblemType.DISPUTE_OPEN, dispute);
            case Opening.AlreadyOpen(DisputeDetails details) -> Reply.replayed(DisputeView.of(details, Party.BUYER));
            case Opening.Limited(var retryAfter) ->
                Problem.ofLimit("disputes-opened").after(retryAfter);
            case Opening.Opened(DisputeDetails details) ->
                Reply.created(DisputeView.of(details, Party.BUYER), DisputeView.path(details.dispute()));
        };
    }
}
