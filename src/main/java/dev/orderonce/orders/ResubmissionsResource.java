package dev.orderonce.orders;

import dev.orderonce.admission.Resubmission;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.identity.Role;
import dev.orderonce.orders.ListResubmissions.Listing;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The requests that submitted an order again, over HTTP. */
@Path("/orders/{number}/resubmissions")
@Tag(name = "Orders")
@Produces(MediaType.APPLICATION_JSON)
class ResubmissionsResource {
    private final FindOrder findOrder;
    private final ListResubmissions listResubmissions;
    private final Endpoint endpoint;

    ResubmissionsResource(FindOrder findOrder, ListResubmissions listResubmissions, Endpoint endpoint) {
        this.findOrder = findOrder;
        this.listResubmissions = listResubmissions;
        this.endpoint = endpoint;
    }

    /** The JSON form of a resubmission. */
    @Schema(name = "Resubmission")
    record ResubmissionView(
            @Schema(required = true) Instant at,

            @Schema(
                    required = true,
                    examples = "again",
                    description =
                            "again: submitted before. late: the number was not, or no longer, known. limited: refused by a rate "
                                    + "limit. lookalike: refused as a possible duplicate")
            String outcome) {

        static ResubmissionView of(Resubmission resubmission) {
            return new ResubmissionView(resubmission.at(), resubmission.outcome());
        }
    }

    /** The JSON form of an order's resubmissions. */
    @Schema(name = "Resubmissions")
    record ResubmissionsView(@Schema(required = true) List<ResubmissionView> resubmissions) {}

    @GET
    @RolesAllowed({Role.MERCHANT, Role.SUPPORT})
    @Refusals(ProblemType.ORDER_NOT_FOUND)
    @Operation(
            operationId = "listResubmissions",
            summary = "List the requests that submitted an order again, oldest first",
            description =
                    "At most 100, and only those that Redis still has: it keeps them for a time, and none for orders that "
                            + "were placed under an `Idempotency-Key`. Disputes keep their own copy as evidence.")
    @APIResponse(
            responseCode = "200",
            description = "The resubmissions",
            content = @Content(schema = @Schema(implementation = ResubmissionsView.class)))
    public Uni<Response> list(@PathParam("number") String number) {
        return endpoint.answer(
                "list-resubmissions",
                number,
                findOrder.ofAnyBuyer(number).chain(listResubmissions::of),
                listing -> switch (listing) {
                    case Listing.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
                    case Listing.Listed(var resubmissions) ->
                        Reply.ok(new ResubmissionsView(
                                resubmissions.stream().map(ResubmissionView::of).toList()));
                });
    }
}
