package dev.orderonce.payments;

import dev.orderonce.http.HttpSettings;
import dev.orderonce.http.Outcomes;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderView;
import dev.orderonce.payments.CancelOrder.Cancelling;
import dev.orderonce.payments.PayOrder.Paying;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Paying and cancelling over HTTP: translates, decides nothing. */
@Path("/orders/{number}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
class PaymentsResource {
    private static final String KEY = "Idempotency-Key";
    private static final String REPLAYED = "Idempotent-Replayed";

    private final Caller caller;
    private final PayOrder payOrder;
    private final CancelOrder cancelOrder;
    private final HttpSettings http;
    private final Outcomes outcomes;

    PaymentsResource(Caller caller, PayOrder payOrder, CancelOrder cancelOrder, HttpSettings http, Outcomes outcomes) {
        this.caller = caller;
        this.payOrder = payOrder;
        this.cancelOrder = cancelOrder;
        this.http = http;
        this.outcomes = outcomes;
    }

    /** What a page sends to pay. */
    @Schema(name = "PaymentSubmission", additionalProperties = Schema.False.class)
    record PaymentSubmission(
            @Schema(
                    required = true,
                    minLength = 1,
                    maxLength = PayOrder.LONGEST_METHOD,
                    examples = "tok_visa",
                    description = "The token that the provider's page made of a card or an account; never the card")
            @Nullable String method) {}

    /** What is sent to cancel. */
    @Schema(name = "CancellationSubmission", additionalProperties = Schema.False.class)
    record CancellationSubmission(
            @Schema(nullable = true, maxLength = CancelOrder.LONGEST_REASON, description = "Support must give one")
            @Nullable String reason) {}

    @POST
    @Path("/payments")
    @RolesAllowed(Role.BUYER)
    @Operation(
            operationId = "payOrder",
            summary = "Pay an order",
            description =
                    "Open while the order is CREATED. One capture per order, whatever is repeated or raced: repeat under the "
                            + "same key, and the same payment is told as it is now. `state` says what became of it.")
    @APIResponse(
            responseCode = "201",
            description = "The provider was asked by this request and has answered",
            content = @Content(schema = @Schema(implementation = PaymentView.class)))
    @APIResponse(
            responseCode = "202",
            description = "The provider was asked by this request and has not answered yet",
            content = @Content(schema = @Schema(implementation = PaymentView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The provider was asked by an earlier request under this key",
            content = @Content(schema = @Schema(implementation = PaymentView.class)))
    public Uni<Response> pay(
            @PathParam("number") String number,
            @Parameter(
                            name = KEY,
                            in = ParameterIn.HEADER,
                            description = "A key of the client's own for this attempt to pay",
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam(KEY)
                    List<String> keys,
            PaymentSubmission submission) {
        if (submission == null) {
            return Uni.createFrom().item(Problem.of(ProblemType.BODY_UNREADABLE).toResponse());
        }
        return payOrder.pay(caller.buyer(), number, keys, submission.method())
                .plug(ending -> outcomes.time("pay-order", number, ending))
                .map(paying -> toResponse(paying));
    }

    private Response toResponse(Paying paying) {
        return switch (paying) {
            case Paying.NoKey _ -> Problem.of(ProblemType.KEY_MISSING).toResponse();
            case Paying.KeyUnusable(String why) ->
                Problem.of(ProblemType.KEY_UNUSABLE, "The Idempotency-Key cannot be used: " + why + ".")
                        .toResponse();
            case Paying.Invalid(var violations) ->
                Problem.of(ProblemType.BODY_INVALID)
                        .with("violations", violations)
                        .toResponse();
            case Paying.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND).toResponse();
            case Paying.Differs(Order order) ->
                OrderView.about(ProblemType.PAYMENT_DIFFERS, order).toResponse();
            case Paying.AlreadyAsked(Payment payment, Order order) ->
                answer(Response.Status.OK, PaymentView.of(payment, true, order))
                        .header(REPLAYED, "true")
                        .build();
            case Paying.NotOpen(Order order) -> OrderView.notOpen(order).toResponse();
            case Paying.Busy(Order order) -> busy(order);
            case Paying.Limited(var retryAfter) ->
                Problem.of(ProblemType.LIMIT_REACHED)
                        .with("limit", DeclineLimits.NAME)
                        .after(retryAfter)
                        .toResponse();
            case Paying.Asked(Payment payment, Order order) ->
                answer(
                                payment.state() == PaymentState.ASKED
                                        ? Response.Status.ACCEPTED
                                        : Response.Status.CREATED,
                                PaymentView.of(payment, false, order))
                        .build();
        };
    }

    @POST
    @Path("/cancellation")
    @RolesAllowed({Role.BUYER, Role.SUPPORT})
    @Operation(
            operationId = "cancelOrder",
            summary = "Cancel an order",
            description =
                    "By its buyer until it is shipped; by support with a reason, and even while a payment is under way. What "
                            + "was paid is given back; a capture that arrives later is given back by itself. A repeat is told "
                            + "that it was done.")
    @APIResponse(
            responseCode = "200",
            description = "It is cancelled, by this request or an earlier one, and no money is held",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    @APIResponse(
            responseCode = "202",
            description =
                    "It is cancelled; the provider has not said yet that no money is held, and is asked until it does",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> cancel(@PathParam("number") String number, CancellationSubmission submission) {
        String reason = submission == null ? null : submission.reason();
        Uni<Cancelling> cancelling = caller.isSupport()
                ? cancelOrder.bySupport(caller.buyer(), number, reason)
                : cancelOrder.byBuyer(caller.buyer(), number, reason);
        return cancelling
                .plug(ending -> outcomes.time("cancel-order", number, ending))
                .map(cancelled -> toResponse(cancelled));
    }

    private Response toResponse(Cancelling cancelling) {
        return switch (cancelling) {
            case Cancelling.Invalid(var violations) ->
                Problem.of(ProblemType.BODY_INVALID)
                        .with("violations", violations)
                        .toResponse();
            case Cancelling.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND).toResponse();
            case Cancelling.AlreadyCancelled(Order order) ->
                answer(Response.Status.OK, OrderView.of(order))
                        .header(REPLAYED, "true")
                        .build();
            case Cancelling.NotOpen(Order order) -> OrderView.notOpen(order).toResponse();
            case Cancelling.Busy(Order order) -> busy(order);
            case Cancelling.Refunding(Order order) ->
                answer(Response.Status.ACCEPTED, OrderView.of(order)).build();
            case Cancelling.Cancelled(Order order) ->
                answer(Response.Status.OK, OrderView.of(order)).build();
        };
    }

    private Response busy(Order order) {
        return OrderView.about(ProblemType.ORDER_BUSY, order)
                .after(http.retryDelay())
                .toResponse();
    }

    private static Response.ResponseBuilder answer(Response.Status status, Object entity) {
        return Response.status(status).entity(entity).header(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
