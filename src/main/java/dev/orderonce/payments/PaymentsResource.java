package dev.orderonce.payments;

import dev.orderonce.http.Answer;
import dev.orderonce.http.CheckedBody;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Headers;
import dev.orderonce.http.IfMatch;
import dev.orderonce.http.OnBehalf;
import dev.orderonce.http.OptionalBody;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Quota;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderView;
import dev.orderonce.orders.Precondition;
import dev.orderonce.payments.CancelOrder.Cancelling;
import dev.orderonce.payments.ListPayments.Listing;
import dev.orderonce.payments.PayOrder.Paying;
import dev.orderonce.payments.RefundOrder.Refunding;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
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
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Paying, cancelling and refunding orders over HTTP. */
@Path("/orders/{number}")
@Tag(name = "Payments", description = "Pay, cancel and refund orders")
@Produces(MediaType.APPLICATION_JSON)
class PaymentsResource {
    private final Caller caller;
    private final PayOrder payOrder;
    private final CancelOrder cancelOrder;
    private final RefundOrder refundOrder;
    private final FindOrder findOrder;
    private final ListPayments listPayments;
    private final Endpoint endpoint;

    PaymentsResource(
            Caller caller,
            PayOrder payOrder,
            CancelOrder cancelOrder,
            RefundOrder refundOrder,
            FindOrder findOrder,
            ListPayments listPayments,
            Endpoint endpoint) {
        this.caller = caller;
        this.payOrder = payOrder;
        this.cancelOrder = cancelOrder;
        this.refundOrder = refundOrder;
        this.findOrder = findOrder;
        this.listPayments = listPayments;
        this.endpoint = endpoint;
    }

    /** The request body of a payment. */
    @Schema(name = "PaymentSubmission", additionalProperties = Schema.False.class)
    record PaymentSubmission(
            @Schema(
                    required = true,
                    minLength = 1,
                    maxLength = PayOrder.LONGEST_METHOD,
                    examples = "tok_visa",
                    description =
                            "The token that the provider's page issued for a card or account; never the card itself")
            @Nullable String method) {}

    /** The request body of a cancellation. */
    @Schema(name = "CancellationSubmission", additionalProperties = Schema.False.class)
    record CancellationSubmission(
            @Schema(nullable = true, maxLength = CancelOrder.LONGEST_REASON, description = "Required from support")
            @Nullable String reason)
            implements OptionalBody {}

    @POST
    @Path("/payments")
    @Consumes(MediaType.APPLICATION_JSON) // not for the class: a GET may have any Content-Type
    @RolesAllowed({Role.BUYER, Role.SERVICE})
    @OnBehalf
    @Refusals({
        ProblemType.KEY_MISSING,
        ProblemType.KEY_UNUSABLE,
        ProblemType.ORDER_NOT_FOUND,
        ProblemType.PAYMENT_DIFFERS,
        ProblemType.MOVE_NOT_OPEN,
        ProblemType.ORDER_BUSY,
        ProblemType.LIMIT_REACHED
    })
    @Operation(
            operationId = "payOrder",
            summary = "Pay an order",
            description = "Allowed while the order is CREATED. At most one payment of an order is captured, whatever "
                    + "is repeated or sent concurrently. A repeat under the same key returns the same payment; "
                    + "`state` is its current state.")
    @APIResponse(
            responseCode = "201",
            description = "The payment is captured or declined",
            content = @Content(schema = @Schema(implementation = PaymentView.class)))
    @APIResponse(
            responseCode = "202",
            description = "The payment is pending: the provider has not answered yet",
            content = @Content(schema = @Schema(implementation = PaymentView.class)))
    @APIResponse(
            responseCode = "200",
            description = "An earlier request under this key started the payment",
            content = @Content(schema = @Schema(implementation = PaymentView.class)))
    public Uni<Response> pay(
            @PathParam("number") String number,
            @Parameter(
                            name = Headers.IDEMPOTENCY_KEY,
                            in = ParameterIn.HEADER,
                            description = "The client's key for this payment attempt",
                            required = true,
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam(Headers.IDEMPOTENCY_KEY)
                    List<String> keys,
            PaymentSubmission submission) {
        return endpoint.answer(
                "pay-order",
                number,
                payOrder.pay(caller.buyer(), caller.actor(), number, keys, submission.method()),
                this::toAnswer);
    }

    private Answer toAnswer(Paying paying) {
        return switch (paying) {
            case Paying.NoKey _ -> Problem.of(ProblemType.KEY_MISSING);
            case Paying.KeyUnusable(String why) -> Problem.ofKey(why);
            case Paying.Invalid(var violations) -> Problem.ofBody(violations);
            case Paying.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
            case Paying.Differs(Order order) -> OrderView.about(ProblemType.PAYMENT_DIFFERS, order);
            case Paying.AlreadyAsked(Payment payment, Order order) ->
                Reply.replayed(PaymentView.of(payment, true, order));
            case Paying.NotOpen(Order order) -> OrderView.notOpen(order);
            case Paying.Busy(Order order) -> busy(order);
            case Paying.Limited(var policy, var retryAfter) -> Problem.ofLimit(policy, retryAfter);
            case Paying.Asked(Payment payment, Order order, Quota left) -> {
                PaymentView view = PaymentView.of(payment, false, order);
                yield (payment.state() == PaymentState.ASKED ? Reply.accepted(view) : Reply.created(view)).within(left);
            }
        };
    }

    @GET
    @Path("/payments")
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT, Role.SERVICE})
    @OnBehalf
    @Refusals(ProblemType.ORDER_NOT_FOUND)
    @Operation(
            operationId = "listPayments",
            summary = "List the payments of an order, latest first",
            description = "Buyers see the payments of their own orders; merchant and support those of every order. "
                    + "At most 100 are listed.")
    @APIResponse(
            responseCode = "200",
            description = "The payments",
            content = @Content(schema = @Schema(implementation = PaymentsView.class)))
    public Uni<Response> list(@PathParam("number") String number) {
        return endpoint.answer(
                "list-payments",
                number,
                findOrder.forCaller(caller, number).chain(listPayments::of),
                listing -> switch (listing) {
                    case Listing.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
                    case Listing.Listed(var payments) -> Reply.ok(PaymentsView.of(payments));
                });
    }

    @POST
    @Path("/cancellation")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed({Role.BUYER, Role.SUPPORT, Role.SERVICE})
    @OnBehalf
    @Refusals({ProblemType.ORDER_NOT_FOUND, ProblemType.MOVE_NOT_OPEN, ProblemType.ORDER_CHANGED, ProblemType.ORDER_BUSY
    })
    @Operation(
            operationId = "cancelOrder",
            summary = "Cancel an order",
            description = "Buyers can cancel until the order is shipped; support can, with a reason, even while a "
                    + "payment is in progress. A captured amount is refunded; a capture that arrives later is "
                    + "refunded automatically. A repeat returns the cancelled order.")
    @APIResponse(
            responseCode = "200",
            description = "The order is cancelled, and no money is held",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    @APIResponse(
            responseCode = "202",
            description = "The order is cancelled; the refund is in progress",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> cancel(
            @PathParam("number") String number, @BeanParam IfMatch ifMatch, CancellationSubmission submission) {
        String reason = submission == null ? null : submission.reason();
        return endpoint.conditional(ifMatch, tags -> {
            Precondition precondition = Precondition.of(tags);
            Uni<Cancelling> cancelling = caller.isSupport()
                    ? cancelOrder.bySupport(caller.subject(), number, reason, precondition)
                    : cancelOrder.byBuyer(caller.buyer(), caller.actor(), number, reason, precondition);
            return endpoint.answer("cancel-order", number, cancelling, this::toAnswer);
        });
    }

    private Answer toAnswer(Cancelling cancelling) {
        return switch (cancelling) {
            case Cancelling.Invalid(var violations) -> Problem.ofBody(violations);
            case Cancelling.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
            case Cancelling.Changed(Order current) -> OrderView.changed(current);
            case Cancelling.AlreadyCancelled(Order order) ->
                Reply.replayed(OrderView.of(order)).tagged(order.version());
            case Cancelling.NotOpen(Order order) -> OrderView.notOpen(order);
            case Cancelling.Busy(Order order) -> busy(order);
            case Cancelling.Refunding(Order order) ->
                Reply.accepted(OrderView.of(order)).tagged(order.version());
            case Cancelling.Cancelled(Order order) ->
                Reply.ok(OrderView.of(order)).tagged(order.version());
        };
    }

    /** The request body of a refund. */
    @Schema(name = "RefundSubmission", additionalProperties = Schema.False.class)
    record RefundSubmission(
            @Schema(
                    required = true,
                    minimum = "1",
                    maximum = "9007199254740991",
                    description = "In minor units of the order's currency, at most what is left of the payment")
            @Nullable Long amount,

            @Schema(
                    required = true,
                    minLength = 1,
                    maxLength = RefundOrder.LONGEST_REASON,
                    description = "Shown to the shop only")
            @Nullable String reason)
            implements CheckedBody {
        @Override
        public List<Violation> violations() {
            return RefundOrder.violations(amount, reason);
        }
    }

    @POST
    @Path("/refunds")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.SUPPORT)
    @Refusals({
        ProblemType.KEY_MISSING,
        ProblemType.KEY_UNUSABLE,
        ProblemType.ORDER_NOT_FOUND,
        ProblemType.OWN_CASE,
        ProblemType.REFUND_DIFFERS,
        ProblemType.ORDER_CHANGED,
        ProblemType.MOVE_NOT_OPEN,
        ProblemType.REFUND_TOO_LARGE,
        ProblemType.ORDER_BUSY
    })
    @Operation(
            operationId = "refundOrder",
            summary = "Refund an order in full or in part",
            description = "Allowed while money is held for the order, shipped or not. All refunds of an order together "
                    + "never exceed what was captured. With all of it refunded the order is REFUNDED; otherwise it keeps "
                    + "its state, and `refunded` says how much was returned. A repeat under the same key returns the "
                    + "same refund.")
    @APIResponse(
            responseCode = "201",
            description = "The money is refunded",
            content = @Content(schema = @Schema(implementation = RefundView.class)))
    @APIResponse(
            responseCode = "202",
            description = "The refund is decided: the provider has not confirmed it yet",
            content = @Content(schema = @Schema(implementation = RefundView.class)))
    @APIResponse(
            responseCode = "200",
            description = "An earlier request under this key decided the refund",
            content = @Content(schema = @Schema(implementation = RefundView.class)))
    public Uni<Response> refund(
            @PathParam("number") String number,
            @Parameter(
                            name = Headers.IDEMPOTENCY_KEY,
                            in = ParameterIn.HEADER,
                            description = "The client's key for this refund",
                            required = true,
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam(Headers.IDEMPOTENCY_KEY)
                    List<String> keys,
            @BeanParam IfMatch ifMatch,
            RefundSubmission submission) {
        return endpoint.conditional(
                ifMatch,
                tags -> endpoint.answer(
                        "refund-order",
                        number,
                        refundOrder.bySupport(
                                caller.subject(),
                                number,
                                keys,
                                submission.amount(),
                                submission.reason(),
                                Precondition.of(tags)),
                        this::toAnswer));
    }

    private Answer toAnswer(Refunding refunding) {
        return switch (refunding) {
            case Refunding.NoKey _ -> Problem.of(ProblemType.KEY_MISSING);
            case Refunding.KeyUnusable(String why) -> Problem.ofKey(why);
            case Refunding.Invalid(var violations) -> Problem.ofBody(violations);
            case Refunding.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
            case Refunding.Own _ -> Problem.of(ProblemType.OWN_CASE);
            case Refunding.Differs(Order order) -> OrderView.about(ProblemType.REFUND_DIFFERS, order);
            case Refunding.AlreadyDecided(Refund refund, Order order) ->
                Reply.replayed(RefundView.of(refund, true, order));
            case Refunding.Changed(Order current) -> OrderView.changed(current);
            case Refunding.NotOpen(Order order) -> OrderView.notOpen(order);
            case Refunding.TooMuch(Order order, long left) -> OrderView.refundTooLarge(order, left);
            case Refunding.Busy(Order order) -> busy(order);
            case Refunding.UnderWay(Refund refund, Order order) -> Reply.accepted(RefundView.of(refund, false, order));
            case Refunding.Refunded(Refund refund, Order order) -> Reply.created(RefundView.of(refund, false, order));
        };
    }

    private Answer busy(Order order) {
        return endpoint.withRetryAfter(OrderView.about(ProblemType.ORDER_BUSY, order));
    }
}
