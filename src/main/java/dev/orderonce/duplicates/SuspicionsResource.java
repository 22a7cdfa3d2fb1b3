package dev.orderonce.duplicates;

import dev.orderonce.duplicates.ConfirmSuspicion.Confirming;
import dev.orderonce.duplicates.DismissSuspicion.Dismissing;
import dev.orderonce.duplicates.ListSuspicions.Case;
import dev.orderonce.duplicates.ListSuspicions.Finding;
import dev.orderonce.duplicates.ListSuspicions.Listing;
import dev.orderonce.http.Answer;
import dev.orderonce.http.CheckedBody;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.OptionalBody;
import dev.orderonce.http.PageParameters;
import dev.orderonce.http.Parameters;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.payments.CancelOrder;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Suspected duplicates over HTTP, for support. */
@Path("/suspected-duplicates")
@Tag(name = "Suspected duplicates", description = "Pairs of orders that support reviews")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.SUPPORT)
class SuspicionsResource {
    private final Caller caller;
    private final ListSuspicions listSuspicions;
    private final DismissSuspicion dismissSuspicion;
    private final ConfirmSuspicion confirmSuspicion;
    private final Endpoint endpoint;

    SuspicionsResource(
            Caller caller,
            ListSuspicions listSuspicions,
            DismissSuspicion dismissSuspicion,
            ConfirmSuspicion confirmSuspicion,
            Endpoint endpoint) {
        this.caller = caller;
        this.listSuspicions = listSuspicions;
        this.dismissSuspicion = dismissSuspicion;
        this.confirmSuspicion = confirmSuspicion;
        this.endpoint = endpoint;
    }

    /** A page of suspected duplicates as it goes over the wire. */
    @Schema(name = "SuspectedDuplicates")
    record SuspicionsView(
            @Schema(required = true) List<SuspicionView> suspicions,

            @Schema(nullable = true, required = true, description = PageParameters.NEXT) @Nullable String after,

            @Schema(
                    nullable = true,
                    required = true,
                    description =
                            "On the first page: the number of entries on all pages, at most 10000; null on the others")
            @Nullable Integer count) {}

    @GET
    @Operation(
            operationId = "listSuspectedDuplicates",
            summary = "List suspected duplicates",
            description = "What the scan found, in pages. The parameters select and sort.")
    @APIResponse(
            responseCode = "200",
            description = "One page",
            content = @Content(schema = @Schema(implementation = SuspicionsView.class)))
    public Uni<Response> list(
            @Parameter(schema = @Schema(implementation = SuspicionState.class, defaultValue = "OPEN"))
                    @DefaultValue("OPEN")
                    @QueryParam("state")
                    String state,
            @Parameter(
                            description = "The minimum score, 0 to 100",
                            schema = @Schema(type = SchemaType.INTEGER, defaultValue = "0"))
                    @DefaultValue("0")
                    @QueryParam("score")
                    String score,
            @Parameter(description = "Only orders of this buyer") @QueryParam("buyer") Optional<String> buyer,
            @Parameter(
                            description = "score: the highest score first, of the same score the newest first",
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            defaultValue = "newest",
                                            enumeration = {"newest", "oldest", "score"}))
                    @DefaultValue("newest")
                    @QueryParam("order")
                    String order,
            @BeanParam PageParameters page) {
        Optional<SuspicionState> known = Arrays.stream(SuspicionState.values())
                .filter(value -> value.name().equals(state))
                .findFirst();
        if (known.isEmpty()) {
            return endpoint.refuse(Problem.ofParameter("\"state\" must be OPEN, DISMISSED, CONFIRMED or OVER."));
        }
        Optional<SuspicionOrder> sorted = SuspicionOrder.read(order);
        if (sorted.isEmpty()) {
            return endpoint.refuse(Problem.ofParameter("\"order\" must be newest, oldest or score."));
        }
        Optional<SuspicionOrder.Cursor> after = page.after().flatMap(sorted.get()::cursor);
        if (page.after().isPresent() && after.isEmpty()) {
            return endpoint.refuse(Problem.ofParameter("\"after\" must be the `after` of the previous page."));
        }
        return endpoint.answer(
                "list-suspected-duplicates",
                "",
                listSuspicions.list(new ListSuspicions.Query(
                        known.get(), sorted.get(), after, Parameters.whole(score), buyer, page.limit())),
                listing -> toAnswer(listing, sorted.get()));
    }

    private static Optional<Long> whole(String text) {
        return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    private Answer toAnswer(Listing listing, SuspicionOrder order) {
        return switch (listing) {
            case Listing.BadParameter(String why) -> Problem.ofParameter(why);
            case Listing.Page(var cases, var next, var count) ->
                Reply.ok(new SuspicionsView(
                        cases.stream().map(SuspicionView::of).toList(),
                        next.map(order::text).orElse(null),
                        count.orElse(null)));
        };
    }

    @GET
    @Path("/{id}")
    @Refusals(ProblemType.SUSPICION_NOT_FOUND)
    @Operation(
            operationId = "findSuspectedDuplicate",
            summary = "Get a suspected duplicate",
            description = "With both orders as they are now, and the decision if there is one.")
    @APIResponse(
            responseCode = "200",
            description = "The suspected duplicate",
            content = @Content(schema = @Schema(implementation = SuspicionView.class)))
    public Uni<Response> find(@PathParam("id") String id) {
        if (whole(id).isEmpty()) {
            return endpoint.refuse(Problem.of(ProblemType.SUSPICION_NOT_FOUND));
        }
        return endpoint.answer(
                "find-suspected-duplicate", "", listSuspicions.find(whole(id).get()), finding -> switch (finding) {
                    case Finding.Absent _ -> Problem.of(ProblemType.SUSPICION_NOT_FOUND);
                    case Finding.Found(Case found) -> Reply.ok(SuspicionView.of(found));
                });
    }

    /** The request body of a dismissal. */
    @Schema(name = "DismissalSubmission", additionalProperties = Schema.False.class)
    record DismissalSubmission(
            @Schema(nullable = true, maxLength = CancelOrder.LONGEST_REASON) @Nullable String reason) implements OptionalBody {}

    /** The request body of a confirmation. */
    @Schema(name = "ConfirmationSubmission", additionalProperties = Schema.False.class)
    record ConfirmationSubmission(
            @Schema(required = true, description = "The number of the order to cancel, or to refund if it was shipped")
            @Nullable String cancel,

            @Schema(
                    nullable = true,
                    minimum = "1",
                    maximum = "9007199254740991",
                    description =
                            "If the order was shipped: how much is refunded, in minor units of its currency. Without it all that is "
                                    + "left is refunded")
            @Nullable Long amount,

            @Schema(nullable = true, maxLength = CancelOrder.LONGEST_REASON) @Nullable String reason)
            implements CheckedBody {
        @Override
        public List<Violation> violations() {
            return ConfirmSuspicion.violations(cancel, Optional.ofNullable(amount), Optional.ofNullable(reason));
        }
    }

    @POST
    @Path("/{id}/dismissal")
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.SUSPICION_NOT_FOUND, ProblemType.OWN_CASE, ProblemType.SUSPICION_DECIDED})
    @Operation(
            operationId = "dismissSuspectedDuplicate",
            summary = "Dismiss a suspected duplicate",
            description = "Both orders are intended. A repeat returns the dismissed suspicion.")
    @APIResponse(
            responseCode = "200",
            description = "The suspected duplicate is dismissed",
            content = @Content(schema = @Schema(implementation = SuspicionView.class)))
    public Uni<Response> dismiss(@PathParam("id") String id, DismissalSubmission submission) {
        if (whole(id).isEmpty()) {
            return endpoint.refuse(Problem.of(ProblemType.SUSPICION_NOT_FOUND));
        }
        Optional<String> reason = Optional.ofNullable(submission).map(DismissalSubmission::reason);
        return endpoint.answer(
                "dismiss-duplicate",
                "",
                dismissSuspicion.dismiss(caller.subject(), whole(id).get(), reason),
                this::toAnswer);
    }

    private Answer toAnswer(Dismissing dismissing) {
        return switch (dismissing) {
            case Dismissing.Invalid(var violations) -> Problem.ofBody(violations);
            case Dismissing.Absent _ -> Problem.of(ProblemType.SUSPICION_NOT_FOUND);
            case Dismissing.Own _ -> Problem.of(ProblemType.OWN_CASE);
            case Dismissing.Decided(Case decided) -> decided(decided);
            case Dismissing.AlreadyDismissed(Case dismissed) -> Reply.replayed(SuspicionView.of(dismissed));
            case Dismissing.Dismissed(Case dismissed) -> Reply.ok(SuspicionView.of(dismissed));
        };
    }

    @POST
    @Path("/{id}/confirmation")
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.SUSPICION_NOT_FOUND, ProblemType.OWN_CASE, ProblemType.SUSPICION_DECIDED})
    @Operation(
            operationId = "confirmSuspectedDuplicate",
            summary = "Confirm a suspected duplicate",
            description =
                    "Cancels the chosen order and refunds what was paid, once; an order that was shipped is refunded "
                            + "in full or in part. The events of the order tell "
                            + "its buyer which order it duplicates. A repeat that chooses the same order returns the "
                            + "result.")
    @APIResponse(
            responseCode = "200",
            description =
                    "The suspected duplicate is confirmed. `decision.ended` says whether the order was cancelled or refunded, or could no longer be",
            content = @Content(schema = @Schema(implementation = SuspicionView.class)))
    @APIResponse(
            responseCode = "202",
            description = "The suspected duplicate is confirmed; a job cancels the order as soon as possible",
            content = @Content(schema = @Schema(implementation = SuspicionView.class)))
    public Uni<Response> confirm(@PathParam("id") String id, ConfirmationSubmission submission) {
        if (whole(id).isEmpty()) {
            return endpoint.refuse(Problem.of(ProblemType.SUSPICION_NOT_FOUND));
        }
        return endpoint.answer(
                "confirm-duplicate",
                "",
                confirmSuspicion.confirm(
                        caller.subject(),
                        whole(id).get(),
                        submission.cancel(),
                        Optional.ofNullable(submission.amount()),
                        Optional.ofNullable(submission.reason())),
                this::toAnswer);
    }

    private Answer toAnswer(Confirming confirming) {
        return switch (confirming) {
            case Confirming.Invalid(var violations) -> Problem.ofBody(violations);
            case Confirming.Absent _ -> Problem.of(ProblemType.SUSPICION_NOT_FOUND);
            case Confirming.Own _ -> Problem.of(ProblemType.OWN_CASE);
            case Confirming.Decided(Case decided) -> decided(decided);
            case Confirming.UnderWay(Case confirmed) -> Reply.accepted(SuspicionView.of(confirmed));
            case Confirming.TooLate(Case confirmed) -> Reply.ok(SuspicionView.of(confirmed));
            case Confirming.Confirmed(Case confirmed) -> Reply.ok(SuspicionView.of(confirmed));
        };
    }

    private static Answer decided(Case decided) {
        return Problem.of(ProblemType.SUSPICION_DECIDED)
                .with("state", decided.suspicion().state());
    }
}
