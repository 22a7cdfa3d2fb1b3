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

/** Opening disputes over HTTP. */
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
            summary = "Dispute an order",
            description = "By its buyer: the order is a duplicate of another one, or not theirs. The service "
                    + "collects what it knows of both orders as evidence. An order has at most one open dispute: "
                    + "a repeat returns it; after it is resolved, another one can be opened.")
    @APIResponse(
            responseCode = "201",
            description = "The dispute is open",
            headers =
                    @Header(
                            name = "Location",
                            description = "The path of the dispute",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    @APIResponse(
            responseCode = "200",
            description = "An earlier request opened the same dispute",
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
