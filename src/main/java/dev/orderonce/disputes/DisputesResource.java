package dev.orderonce.disputes;

import dev.orderonce.disputes.FindDispute.Finding;
import dev.orderonce.disputes.ListDisputes.Listing;
import dev.orderonce.disputes.ResolveDispute.Resolving;
import dev.orderonce.disputes.SendMessage.Sending;
import dev.orderonce.disputes.WithdrawDispute.Withdrawal;
import dev.orderonce.http.Answer;
import dev.orderonce.http.CheckedBody;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Headers;
import dev.orderonce.http.PageParameters;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderView;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Disputes over HTTP. */
@Path("/disputes")
@Tag(name = "Disputes", description = "What buyers report about their orders, and what support decides")
@Produces(MediaType.APPLICATION_JSON)
class DisputesResource {
    private final Caller caller;
    private final FindDispute findDispute;
    private final ListDisputes listDisputes;
    private final SendMessage sendMessage;
    private final WithdrawDispute withdrawDispute;
    private final ResolveDispute resolveDispute;
    private final Endpoint endpoint;

    DisputesResource(
            Caller caller,
            FindDispute findDispute,
            ListDisputes listDisputes,
            SendMessage sendMessage,
            WithdrawDispute withdrawDispute,
            ResolveDispute resolveDispute,
            Endpoint endpoint) {
        this.caller = caller;
        this.findDispute = findDispute;
        this.listDisputes = listDisputes;
        this.sendMessage = sendMessage;
        this.withdrawDispute = withdrawDispute;
        this.resolveDispute = resolveDispute;
        this.endpoint = endpoint;
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Refusals(ProblemType.DISPUTE_NOT_FOUND)
    @Operation(
            operationId = "findDispute",
            summary = "Get a dispute with its messages and evidence",
            description = "Buyers see their own disputes; merchant and support see every dispute.")
    @APIResponse(
            responseCode = "200",
            description = "The dispute",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> find(@PathParam("id") String id) {
        Party as = Party.of(caller);
        return endpoint.answer(
                "find-dispute", id, findDispute.find(caller.subject(), as, id), finding -> switch (finding) {
                    case Finding.Absent _ -> Problem.of(ProblemType.DISPUTE_NOT_FOUND);
                    case Finding.Found(DisputeDetails dispute) -> Reply.ok(DisputeView.of(dispute, as));
                });
    }

    @GET
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Operation(
            operationId = "listDisputes",
            summary = "List disputes",
            description = "Buyers see their own disputes; merchant and support see every dispute.")
    @APIResponse(
            responseCode = "200",
            description = "One page",
            content = @Content(schema = @Schema(implementation = DisputesView.class)))
    public Uni<Response> list(
            @Parameter(
                            description = "Only disputes in this state",
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {"OPEN", "ANSWERED", "RESOLVING", "RESOLVED", "WITHDRAWN"}))
                    @QueryParam("state")
                    Optional<String> state,
            @Parameter(
                            description = "true: only open disputes whose due date has passed",
                            schema = @Schema(type = SchemaType.BOOLEAN))
                    @QueryParam("overdue")
                    Optional<String> overdue,
            @Parameter(description = "Only disputes of this buyer; a buyer lists their own only") @QueryParam("buyer")
                    Optional<String> buyer,
            @Parameter(
                            description = "due: the earliest due date first; newest, oldest: by the time of opening",
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            defaultValue = "due",
                                            enumeration = {"due", "newest", "oldest"}))
                    @DefaultValue("due")
                    @QueryParam("order")
                    String order,
            @BeanParam PageParameters page) {
        Party as = Party.of(caller);
        return endpoint.answer(
                "list-disputes",
                "",
                listDisputes.list(
                        caller.subject(),
                        as,
                        new ListDisputes.Query(state, overdue, buyer, order, page.after(), page.limit())),
                listing -> switch (listing) {
                    case Listing.BadParameter(String why) -> Problem.ofParameter(why);
                    case Listing.Page(var disputes, var next, var count) ->
                        Reply.ok(DisputesView.of(disputes, next, count, as));
                });
    }

    /** The request body of a message. */
    @Schema(name = "MessageSubmission", additionalProperties = Schema.False.class)
    record MessageSubmission(
            @Schema(required = true, minLength = 1, maxLength = SendMessage.LONGEST_TEXT) @Nullable String text) {}

    @POST
    @Path("/{id}/messages")
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({
        ProblemType.KEY_MISSING,
        ProblemType.KEY_UNUSABLE,
        ProblemType.DISPUTE_NOT_FOUND,
        ProblemType.MESSAGE_DIFFERS,
        ProblemType.DISPUTE_NOT_OPEN
    })
    @Operation(
            operationId = "sendMessage",
            summary = "Send a message to a dispute",
            description = "Allowed until the dispute is resolved. After a message of the shop the buyer's answer is "
                    + "due, and the other way round; each message sets a new due date. A repeat under the same "
                    + "key adds no second message.")
    @APIResponse(
            responseCode = "201",
            description = "The message is added",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The message was added by an earlier request under this key",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> send(
            @PathParam("id") String id,
            @Parameter(
                            name = Headers.IDEMPOTENCY_KEY,
                            in = ParameterIn.HEADER,
                            description = "The author's key for this message",
                            required = true,
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam(Headers.IDEMPOTENCY_KEY)
                    List<String> keys,
            MessageSubmission submission) {
        Party as = Party.of(caller);
        return endpoint.answer(
                "send-message",
                id,
                sendMessage.send(caller.subject(), as, id, keys, submission.text()),
                sending -> toAnswer(sending, as));
    }

    private Answer toAnswer(Sending sending, Party as) {
        return switch (sending) {
            case Sending.NoKey _ -> Problem.of(ProblemType.KEY_MISSING);
            case Sending.KeyUnusable(String why) -> Problem.ofKey(why);
            case Sending.Invalid(var violations) -> Problem.ofBody(violations);
            case Sending.Absent _ -> Problem.of(ProblemType.DISPUTE_NOT_FOUND);
            case Sending.Differs(Dispute dispute) -> DisputeView.about(ProblemType.MESSAGE_DIFFERS, dispute);
            case Sending.AlreadySent(DisputeDetails dispute) -> replayed(dispute, as);
            case Sending.NotOpen(Dispute dispute) -> notOpen(dispute);
            case Sending.Sent(DisputeDetails dispute) -> Reply.created(DisputeView.of(dispute, as));
        };
    }

    @POST
    @Path("/{id}/withdrawal")
    @RolesAllowed(Role.BUYER)
    @Refusals({ProblemType.DISPUTE_NOT_FOUND, ProblemType.DISPUTE_NOT_OPEN})
    @Operation(
            operationId = "withdrawDispute",
            summary = "Withdraw a dispute",
            description = "By the buyer who opened it, until it is resolved. A repeat returns the withdrawn dispute.")
    @APIResponse(
            responseCode = "200",
            description = "The dispute is withdrawn",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> withdraw(@PathParam("id") String id) {
        return endpoint.answer("withdraw-dispute", id, withdrawDispute.withdraw(caller.buyer(), id), this::toAnswer);
    }

    private Answer toAnswer(Withdrawal withdrawal) {
        return switch (withdrawal) {
            case Withdrawal.Absent _ -> Problem.of(ProblemType.DISPUTE_NOT_FOUND);
            case Withdrawal.AlreadyWithdrawn(DisputeDetails dispute) -> replayed(dispute, Party.BUYER);
            case Withdrawal.NotOpen(Dispute dispute) -> notOpen(dispute);
            case Withdrawal.Withdrawn(DisputeDetails dispute) -> Reply.ok(DisputeView.of(dispute, Party.BUYER));
        };
    }

    /** The request body of a resolution. */
    @Schema(name = "ResolutionSubmission", additionalProperties = Schema.False.class)
    record ResolutionSubmission(
            @Schema(
                    required = true,
                    enumeration = {"REFUND", "CANCEL", "REJECT"},
                    description =
                            "REFUND: cancel and refund a PAID order, refund one that was shipped. CANCEL: cancel an order that is not paid. REJECT: leave the order as it is")
            @Nullable String resolution,

            @Schema(
                    nullable = true,
                    minimum = "1",
                    maximum = "9007199254740991",
                    description =
                            "With REFUND: how much is refunded, in minor units of the order's currency; the order keeps its state "
                                    + "unless that is all. Without it all that is left is refunded")
            @Nullable Long amount,

            @Schema(
                    required = true,
                    minLength = 1,
                    maxLength = ResolveDispute.LONGEST_REASON,
                    description = "Shown to the buyer")
            @Nullable String reason)
            implements CheckedBody {
        @Override
        public List<Violation> violations() {
            return ResolveDispute.violations(resolution, Optional.ofNullable(amount), reason);
        }
    }

    @POST
    @Path("/{id}/resolution")
    @RolesAllowed(Role.SUPPORT)
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({
        ProblemType.DISPUTE_NOT_FOUND,
        ProblemType.OWN_CASE,
        ProblemType.DISPUTE_NOT_OPEN,
        ProblemType.DISPUTE_DECIDED,
        ProblemType.MOVE_NOT_OPEN,
        ProblemType.REFUND_TOO_LARGE
    })
    @Operation(
            operationId = "resolveDispute",
            summary = "Resolve a dispute",
            description = "Once: the first resolution is final, and a repeat of it returns the resolved dispute. The "
                    + "order is cancelled at most once and refunded at most once, whatever is repeated or sent "
                    + "concurrently.")
    @APIResponse(
            responseCode = "200",
            description = "The dispute is resolved",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    @APIResponse(
            responseCode = "202",
            description = "The resolution is recorded; a job cancels the order as soon as possible",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> resolve(@PathParam("id") String id, ResolutionSubmission submission) {
        return endpoint.answer(
                "resolve-dispute",
                id,
                resolveDispute.resolve(
                        caller.subject(),
                        id,
                        submission.resolution(),
                        Optional.ofNullable(submission.amount()),
                        submission.reason()),
                this::toAnswer);
    }

    private Answer toAnswer(Resolving resolving) {
        return switch (resolving) {
            case Resolving.Invalid(var violations) -> Problem.ofBody(violations);
            case Resolving.Absent _ -> Problem.of(ProblemType.DISPUTE_NOT_FOUND);
            case Resolving.Own _ -> Problem.of(ProblemType.OWN_CASE);
            case Resolving.NotOpen(Dispute dispute) -> notOpen(dispute);
            case Resolving.OtherDecided(Dispute dispute) -> DisputeView.about(ProblemType.DISPUTE_DECIDED, dispute);
            case Resolving.AlreadyDecided(DisputeDetails dispute) -> replayed(dispute, Party.SUPPORT);
            case Resolving.OrderNotOpen(Order order) -> OrderView.notOpen(order);
            case Resolving.TooMuch(Order order, long left) -> OrderView.refundTooLarge(order, left);
            case Resolving.UnderWay(DisputeDetails dispute) -> Reply.accepted(DisputeView.of(dispute, Party.SUPPORT));
            case Resolving.Resolved(DisputeDetails dispute) -> Reply.ok(DisputeView.of(dispute, Party.SUPPORT));
        };
    }

    private static Answer notOpen(Dispute dispute) {
        return DisputeView.about(ProblemType.DISPUTE_NOT_OPEN, dispute);
    }

    private static Answer replayed(DisputeDetails dispute, Party as) {
        return Reply.replayed(DisputeView.of(dispute, as));
    }
}
