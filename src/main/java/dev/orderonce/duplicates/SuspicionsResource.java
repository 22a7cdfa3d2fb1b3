package dev.orderonce.duplicates;

import dev.orderonce.duplicates.ConfirmSuspicion.Confirming;
import dev.orderonce.duplicates.DismissSuspicion.Dismissing;
import dev.orderonce.duplicates.ListSuspicions.Case;
import dev.orderonce.duplicates.ListSuspicions.Listing;
import dev.orderonce.http.Outcomes;
import dev.orderonce.http.Parameters;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.payments.CancelOrder;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
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
import org.jspecify.annotations.Nullable;

/** Suspected duplicates over HTTP, for support: translates, decides nothing. */
@Path("/suspected-duplicates")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.SUPPORT)
class SuspicionsResource {
    private static final String REPLAYED = "Idempotent-Replayed";

    private final Caller caller;
    private final ListSuspicions listSuspicions;
    private final DismissSuspicion dismissSuspicion;
    private final ConfirmSuspicion confirmSuspicion;
    private final Outcomes outcomes;

    SuspicionsResource(
            Caller caller,
            ListSuspicions listSuspicions,
            DismissSuspicion dismissSuspicion,
            ConfirmSuspicion confirmSuspicion,
            Outcomes outcomes) {
        this.caller = caller;
        this.listSuspicions = listSuspicions;
        this.dismissSuspicion = dismissSuspicion;
        this.confirmSuspicion = confirmSuspicion;
        this.outcomes = outcomes;
    }

    /** A page of suspected duplicates as it goes over the wire. */
    @Schema(name = "SuspectedDuplicates")
    record SuspicionsView(
            @Schema(required = true) List<SuspicionView> suspicions,

            @Schema(nullable = true, required = true, description = "Where to go on; null on the last page") @Nullable String after) {}

    @GET
    @Operation(
            operationId = "listSuspectedDuplicates",
            summary = "Pairs of orders that may have been meant as one, newest first")
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
                            description = "The least score, 0 to 100",
                            schema = @Schema(type = SchemaType.INTEGER, defaultValue = "0"))
                    @DefaultValue("0")
                    @QueryParam("score")
                    String score,
            @Parameter(description = "Of this buyer only") @QueryParam("buyer") Optional<String> buyer,
            @Parameter(description = "The `after` of the page before") @QueryParam("after") Optional<String> after,
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
        Optional<SuspicionState> known = Arrays.stream(SuspicionState.values())
                .filter(value -> value.name().equals(state))
                .findFirst();
        if (known.isEmpty()) {
            return refused("\"state\" must be OPEN, DISMISSED, CONFIRMED or OVER.");
        }
        if (after.isPresent() && whole(after.get()).isEmpty()) {
            return refused("\"after\" must be what the page before gave.");
        }
        return listSuspicions
                .list(new ListSuspicions.Query(
                        known.get(),
                        after.flatMap(SuspicionsResource::whole),
                        Parameters.whole(score),
                        buyer,
                        Parameters.whole(limit)))
                .plug(ending -> outcomes.time("list-suspected-duplicates", "", ending))
                .map(listing -> toResponse(listing));
    }

    private static Uni<Response> refused(String why) {
        return Uni.createFrom()
                .item(Problem.of(ProblemType.PARAMETER_INVALID, why).toResponse());
    }

    private static Optional<Long> whole(String text) {
        return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    private Response toResponse(Listing listing) {
        return switch (listing) {
            case Listing.BadParameter(String why) ->
                Problem.of(ProblemType.PARAMETER_INVALID, why).toResponse();
            case Listing.Page(var cases, var next) ->
                ok(new SuspicionsView(
                        cases.stream().map(SuspicionView::of).toList(),
                        next.map(Object::toString).orElse(null)));
        };
    }

    /** What is sent to dismiss. */
    @Schema(name = "DismissalSubmission", additionalProperties = Schema.False.class)
    record DismissalSubmission(
            @Schema(nullable = true, maxLength = CancelOrder.LONGEST_REASON) @Nullable String reason) {}

    /** What is sent to confirm. */
    @Schema(name = "ConfirmationSubmission", additionalProperties = Schema.False.class)
    record ConfirmationSubmission(
            @Schema(required = true, description = "The number of the order to cancel") @Nullable String cancel,

            @Schema(nullable = true, maxLength = CancelOrder.LONGEST_REASON) @Nullable String reason) {}

    @POST
    @Path("/{id}/dismissal")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "dismissSuspectedDuplicate",
            summary = "Both orders are meant",
            description = "A repeat is told that it was done.")
    @APIResponse(
            responseCode = "200",
            description = "It is dismissed, by this request or an earlier one",
            content = @Content(schema = @Schema(implementation = SuspicionView.class)))
    public Uni<Response> dismiss(@PathParam("id") String id, DismissalSubmission submission) {
        if (whole(id).isEmpty()) {
            return absent();
        }
        Optional<String> reason = Optional.ofNullable(submission).map(DismissalSubmission::reason);
        return dismissSuspicion
                .dismiss(caller.buyer(), whole(id).get(), reason)
                .plug(ending -> outcomes.time("dismiss-duplicate", "", ending))
                .map(dismissing -> toResponse(dismissing));
    }

    private Response toResponse(Dismissing dismissing) {
        return switch (dismissing) {
            case Dismissing.Invalid(var violations) ->
                Problem.of(ProblemType.BODY_INVALID)
                        .with("violations", violations)
                        .toResponse();
            case Dismissing.Absent _ -> notFound();
            case Dismissing.Own _ -> Problem.of(ProblemType.OWN_CASE).toResponse();
            case Dismissing.Decided(Case decided) -> decided(decided);
            case Dismissing.AlreadyDismissed(Case dismissed) ->
                answer(Response.Status.OK, dismissed).header(REPLAYED, "true").build();
            case Dismissing.Dismissed(Case dismissed) ->
                answer(Response.Status.OK, dismissed).build();
        };
    }

    @POST
    @Path("/{id}/confirmation")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "confirmSuspectedDuplicate",
            summary = "One of the two orders was not meant: cancel it",
            description =
                    "The chosen order is cancelled, and what was paid is given back, once; its buyer reads in its events "
                            + "which order it repeats. A repeat that chooses the same order is told what came of it.")
    @APIResponse(
            responseCode = "200",
            description =
                    "It is confirmed. `decision.ended` says whether the order is cancelled, or could no longer be",
            content = @Content(schema = @Schema(implementation = SuspicionView.class)))
    @APIResponse(
            responseCode = "202",
            description = "It is confirmed, and the order will be cancelled as soon as it can be",
            content = @Content(schema = @Schema(implementation = SuspicionView.class)))
    public Uni<Response> confirm(@PathParam("id") String id, ConfirmationSubmission submission) {
        if (submission == null) {
            return Uni.createFrom().item(Problem.of(ProblemType.BODY_UNREADABLE).toResponse());
        }
        if (whole(id).isEmpty()) {
            return absent();
        }
        return confirmSuspicion
                .confirm(caller.buyer(), whole(id).get(), submission.cancel(), Optional.ofNullable(submission.reason()))
                .plug(ending -> outcomes.time("confirm-duplicate", "", ending))
                .map(confirming -> toResponse(confirming));
    }

    private Response toResponse(Confirming confirming) {
        return switch (confirming) {
            case Confirming.Invalid(var violations) ->
                Problem.of(ProblemType.BODY_INVALID)
                        .with("violations", violations)
                        .toResponse();
            case Confirming.Absent _ -> notFound();
            case Confirming.Own _ -> Problem.of(ProblemType.OWN_CASE).toResponse();
            case Confirming.Decided(Case decided) -> decided(decided);
            case Confirming.UnderWay(Case confirmed) ->
                answer(Response.Status.ACCEPTED, confirmed).build();
            case Confirming.TooLate(Case confirmed) ->
                answer(Response.Status.OK, confirmed).build();
            case Confirming.Confirmed(Case confirmed) ->
                answer(Response.Status.OK, confirmed).build();
        };
    }

    private static Uni<Response> absent() {
        return Uni.createFrom().item(notFound());
    }

    private static Response notFound() {
        return Problem.of(ProblemType.SUSPICION_NOT_FOUND).toResponse();
    }

    private static Response decided(Case decided) {
        return Problem.of(ProblemType.SUSPICION_DECIDED)
                .with("state", decided.suspicion().state())
                .toResponse();
    }

    private static Response ok(Object entity) {
        return Response.ok(entity).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }

    private static Response.ResponseBuilder answer(Response.Status status, Case suspected) {
        return Response.status(status)
                .entity(SuspicionView.of(suspected))
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
