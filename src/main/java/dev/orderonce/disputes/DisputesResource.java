package dev.orderonce.disputes;

import dev.orderonce.disputes.FindDispute.Finding;
import dev.orderonce.disputes.ListDisputes.Listing;
import dev.orderonce.disputes.ResolveDispute.Resolving;
import dev.orderonce.disputes.SendMessage.Sending;
import dev.orderonce.disputes.WithdrawDispute.Withdrawal;
import dev.orderonce.http.Outcomes;
import dev.orderonce.http.Parameters;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderView;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
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
import org.jspecify.annotations.Nullable;

/** What becomes of a dispute, over HTTP: translates, decides nothing. */
@Path("/disputes")
@Produces(MediaType.APPLICATION_JSON)
class DisputesResource {
    private static final String KEY = "Idempotency-Key";
    private static final String REPLAYED = "Idempotent-Replayed";

    private final Caller caller;
    private final FindDispute findDispute;
    private final ListDisputes listDisputes;
    private final SendMessage sendMessage;
    private final WithdrawDispute withdrawDispute;
    private final ResolveDispute resolveDispute;
    private final Outcomes outcomes;

    DisputesResource(
            Caller caller,
            FindDispute findDispute,
            ListDisputes listDisputes,
            SendMessage sendMessage,
            WithdrawDispute withdrawDispute,
            ResolveDispute resolveDispute,
            Outcomes outcomes) {
        this.caller = caller;
        this.findDispute = findDispute;
        this.listDisputes = listDisputes;
        this.sendMessage = sendMessage;
        this.withdrawDispute = withdrawDispute;
        this.resolveDispute = resolveDispute;
        this.outcomes = outcomes;
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Operation(
            operationId = "findDispute",
            summary = "One dispute, with what was said and what was known",
            description = "A buyer sees their own; merchant and support see every dispute.")
    @APIResponse(
            responseCode = "200",
            description = "The dispute as it is now",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> find(@PathParam("id") String id) {
        Party as = party();
        return findDispute
                .find(caller.buyer(), as, id)
                .plug(ending -> outcomes.time("find-dispute", id, ending))
                .map(finding -> switch (finding) {
                    case Finding.Absent absent -> absent();
                    case Finding.Found(DisputeDetails dossier) ->
                        ok(dossier, as).build();
                });
    }

    /** A page of disputes as it goes over the wire. */
    @Schema(name = "Disputes")
    record DisputesView(
            @Schema(required = true) List<DisputeView> disputes,

            @Schema(nullable = true, required = true, description = "Where to go on; null on the last page") @Nullable String after) {}

    @GET
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Operation(
            operationId = "listDisputes",
            summary = "Disputes, soonest due first",
            description = "A buyer sees their own; merchant and support see every dispute.")
    @APIResponse(
            responseCode = "200",
            description = "One page",
            content = @Content(schema = @Schema(implementation = DisputesView.class)))
    public Uni<Response> list(
            @Parameter(
                            description = "Those in this state alone",
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {"OPEN", "ANSWERED", "RESOLVING", "RESOLVED", "WITHDRAWN"}))
                    @QueryParam("state")
                    Optional<String> state,
            @Parameter(
                            description = "true: those alone that are not decided and whose due date is over",
                            schema = @Schema(type = SchemaType.BOOLEAN))
                    @QueryParam("overdue")
                    Optional<String> overdue,
            @Parameter(description = "The `after` of the page before", schema = @Schema(type = SchemaType.STRING))
                    @QueryParam("after")
                    Optional<String> after,
            @Parameter(
                            description = "1 to 100",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "100",
                                            defaultValue = "20"))
                    @DefaultValue("20")
                    @QueryParam("limit")
                    String limit) {
        Party as = party();
        return listDisputes
                .list(caller.buyer(), as, state, overdue, after, Parameters.whole(limit))
                .plug(ending -> outcomes.time("list-disputes", "", ending))
                .map(listing -> switch (listing) {
                    case Listing.BadParameter(String why) ->
                        Problem.of(ProblemType.PARAMETER_INVALID, why).toResponse();
                    case Listing.Page(var disputes, var next) ->
                        answer(Response.Status.OK, page(disputes, next, as)).build();
                });
    }

    private static DisputesView page(List<Dispute> disputes, Optional<String> next, Party as) {
        return new DisputesView(
                disputes.stream().map(dispute -> DisputeView.of(dispute, as)).toList(), next.orElse(null));
    }

    /** What a party sends to say something. */
    @Schema(name = "MessageSubmission", additionalProperties = Schema.False.class)
    record MessageSubmission(
            @Schema(required = true, minLength = 1, maxLength = SendMessage.LONGEST_TEXT) @Nullable String text) {}

    @POST
    @Path("/{id}/messages")
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "sendMessage",
            summary = "Answer, or reply",
            description =
                    "While it is not decided. A message of the shop makes it the buyer's turn, one of the buyer the "
                            + "shop's; with the turn there is a new due date. Repeat under the same key, and there is one "
                            + "message.")
    @APIResponse(
            responseCode = "201",
            description = "The message is added, by this request",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The message was added by an earlier request under this key",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> send(
            @PathParam("id") String id,
            @Parameter(
                            name = KEY,
                            in = ParameterIn.HEADER,
                            description = "A key of the author's own for this message",
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam(KEY)
                    List<String> keys,
            MessageSubmission submission) {
        if (submission == null) {
            return Uni.createFrom().item(Problem.of(ProblemType.BODY_UNREADABLE).toResponse());
        }
        Party as = party();
        return sendMessage
                .send(caller.buyer(), as, id, keys, submission.text())
                .plug(ending -> outcomes.time("send-message", id, ending))
                .map(sending -> toResponse(sending, as));
    }

    private Response toResponse(Sending sending, Party as) {
        return switch (sending) {
            case Sending.NoKey _ -> Problem.of(ProblemType.KEY_MISSING).toResponse();
            case Sending.KeyUnusable(String why) ->
                Problem.of(ProblemType.KEY_UNUSABLE, "The Idempotency-Key cannot be used: " + why + ".")
                        .toResponse();
            case Sending.Invalid(var violations) -> invalid(violations);
            case Sending.Absent absent -> absent();
            case Sending.Differs(Dispute dispute) ->
                DisputeView.about(ProblemType.MESSAGE_DIFFERS, dispute).toResponse();
            case Sending.AlreadySent(DisputeDetails dossier) -> replayed(dossier, as);
            case Sending.NotOpen(Dispute dispute) -> notOpen(dispute);
            case Sending.Sent(DisputeDetails dossier) ->
                answer(Response.Status.CREATED, DisputeView.of(dossier, as)).build();
        };
    }

    @POST
    @Path("/{id}/withdrawal")
    @RolesAllowed(Role.BUYER)
    @Operation(
            operationId = "withdrawDispute",
            summary = "Take it back",
            description = "By the buyer who opened it, while it is not decided. A repeat is told that it was done.")
    @APIResponse(
            responseCode = "200",
            description = "It is withdrawn, by this request or an earlier one",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> withdraw(@PathParam("id") String id) {
        return withdrawDispute
                .withdraw(caller.buyer(), id)
                .plug(ending -> outcomes.time("withdraw-dispute", id, ending))
                .map(withdrawal -> toResponse(withdrawal));
    }

    private Response toResponse(Withdrawal withdrawal) {
        return switch (withdrawal) {
            case Withdrawal.Absent absent -> absent();
            case Withdrawal.AlreadyWithdrawn(DisputeDetails dossier) -> replayed(dossier, Party.BUYER);
            case Withdrawal.NotOpen(Dispute dispute) -> notOpen(dispute);
            case Withdrawal.Withdrawn(DisputeDetails dossier) ->
                ok(dossier, Party.BUYER).build();
        };
    }

    /** What support sends to decide. */
    @Schema(name = "ResolutionSubmission", additionalProperties = Schema.False.class)
    record ResolutionSubmission(
            @Schema(
                    required = true,
                    enumeration = {"REFUND", "CANCEL", "REJECT"},
                    description =
                            "REFUND: of an order that is PAID. CANCEL: of one that is not. REJECT: it stays as it is")
            @Nullable String resolution,

            @Schema(
                    required = true,
                    minLength = 1,
                    maxLength = ResolveDispute.LONGEST_REASON,
                    description = "The buyer reads it")
            @Nullable String reason) {}

    @POST
    @Path("/{id}/resolution")
    @RolesAllowed(Role.SUPPORT)
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "resolveDispute",
            summary = "Decide it",
            description =
                    "Once: the first decision stands, and a repeat of it is told that it does. What is granted is done "
                            + "through the order's own life: an order is cancelled once, and its money goes back once, "
                            + "whatever is repeated or raced.")
    @APIResponse(
            responseCode = "200",
            description = "It is decided, by this request or an earlier one",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    @APIResponse(
            responseCode = "202",
            description = "It is decided; the order could not be cancelled yet, and that is gone on with",
            content = @Content(schema = @Schema(implementation = DisputeView.class)))
    public Uni<Response> resolve(@PathParam("id") String id, ResolutionSubmission submission) {
        if (submission == null) {
            return Uni.createFrom().item(Problem.of(ProblemType.BODY_UNREADABLE).toResponse());
        }
        return resolveDispute
                .resolve(caller.buyer(), id, submission.resolution(), submission.reason())
                .plug(ending -> outcomes.time("resolve-dispute", id, ending))
                .map(resolving -> toResponse(resolving));
    }

    private Response toResponse(Resolving resolving) {
        return switch (resolving) {
            case Resolving.Invalid(var violations) -> invalid(violations);
            case Resolving.Absent absent -> absent();
            case Resolving.Own _ -> Problem.of(ProblemType.OWN_CASE).toResponse();
            case Resolving.NotOpen(Dispute dispute) -> notOpen(dispute);
            case Resolving.OtherDecided(Dispute dispute) ->
                DisputeView.about(ProblemType.DISPUTE_DECIDED, dispute).toResponse();
            case Resolving.AlreadyDecided(DisputeDetails dossier) -> replayed(dossier, Party.SUPPORT);
            case Resolving.OrderNotOpen(Order order) -> OrderView.notOpen(order).toResponse();
            case Resolving.UnderWay(DisputeDetails dossier) ->
                answer(Response.Status.ACCEPTED, DisputeView.of(dossier, Party.SUPPORT))
                        .build();
            case Resolving.Resolved(DisputeDetails dossier) ->
                ok(dossier, Party.SUPPORT).build();
        };
    }

    /** For whom the caller speaks. */
    private Party party() {
        if (caller.isSupport()) {
            return Party.SUPPORT;
        }
        return caller.isStaff() ? Party.MERCHANT : Party.BUYER;
    }

    private static Response absent() {
        return Problem.of(ProblemType.DISPUTE_NOT_FOUND).toResponse();
    }

    private static Response invalid(List<Violation> violations) {
        return Problem.of(ProblemType.BODY_INVALID)
                .with("violations", violations)
                .toResponse();
    }

    private static Response notOpen(Dispute dispute) {
        return DisputeView.about(ProblemType.DISPUTE_NOT_OPEN, dispute).toResponse();
    }

    private static Response replayed(DisputeDetails dossier, Party as) {
        return ok(dossier, as).header(REPLAYED, "true").build();
    }

    private static Response.ResponseBuilder ok(DisputeDetails dossier, Party as) {
        return answer(Response.Status.OK, DisputeView.of(dossier, as));
    }

    private static Response.ResponseBuilder answer(Response.Status status, Object entity) {
        return Response.status(status).entity(entity).header(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
