package dev.orderonce.disputes;

import dev.orderonce.disputes.ListDisputes.OfOrder;
import dev.orderonce.disputes.OpenDispute.Opening;
import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Quota;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.orders.FindOrder;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
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
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The disputes of an order over HTTP. */
@Path("/orders/{number}/disputes")
@Tag(name = "Disputes")
@Produces(MediaType.APPLICATION_JSON)
class OrderDisputesResource {
    private final Caller caller;
    private final OpenDispute openDispute;
    private final FindOrder findOrder;
    private final ListDisputes listDisputes;
    private final Endpoint endpoint;

    OrderDisputesResource(
            Caller caller, OpenDispute openDispute, FindOrder findOrder, ListDisputes listDisputes, Endpoint endpoint) {
        this.caller = caller;
        this.openDispute = openDispute;
        this.findOrder = findOrder;
        this.listDisputes = listDisputes;
        this.endpoint = endpoint;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
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
            case Opening.Limited(var retryAfter) -> Problem.ofLimit(OpenDispute.LIMIT, retryAfter);
            case Opening.Opened(DisputeDetails details, Quota left) ->
                Reply.created(DisputeView.of(details, Party.BUYER), DisputeView.path(details.dispute()))
                        .within(left);
        };
    }

    @GET
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Refusals(ProblemType.ORDER_NOT_FOUND)
    @Operation(
            operationId = "listDisputesOfOrder",
            summary = "List the disputes of an order, latest first",
            description = "Buyers see the disputes of their own orders; merchant and support those of every order. "
                    + "Without messages and evidence.")
    @APIResponse(
            responseCode = "200",
            description = "The disputes, in one page",
            content = @Content(schema = @Schema(implementation = DisputesView.class)))
    public Uni<Response> list(@PathParam("number") String number) {
        Party as = Party.of(caller);
        return endpoint.answer(
                "list-order-disputes",
                number,
                findOrder.forCaller(caller, number).chain(listDisputes::ofOrder),
                listing -> switch (listing) {
                    case OfOrder.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
                    case OfOrder.Found(var disputes) -> Reply.ok(DisputesView.of(disputes, as));
                });
    }
}
