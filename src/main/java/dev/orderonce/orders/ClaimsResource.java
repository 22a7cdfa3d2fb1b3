package dev.orderonce.orders;

import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.orders.ClaimGuest.Claiming;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Claims of guests' orders over HTTP. */
@Path("/buyers/claims")
@Tag(name = "Guests", description = "Guests who sign in")
@Produces(MediaType.APPLICATION_JSON)
class ClaimsResource {
    private final Caller caller;
    private final ClaimGuest claimGuest;
    private final Endpoint endpoint;

    ClaimsResource(Caller caller, ClaimGuest claimGuest, Endpoint endpoint) {
        this.caller = caller;
        this.claimGuest = claimGuest;
        this.endpoint = endpoint;
    }

    /** The request body of a claim. */
    @Schema(name = "ClaimSubmission", additionalProperties = Schema.False.class)
    record ClaimSubmission(
            @Schema(
                    required = true,
                    minLength = 1,
                    maxLength = ClaimGuest.LONGEST_TOKEN,
                    description =
                            "The token of the guest's session, with the roles buyer and guest. It is verified like the "
                                    + "one in Authorization: the two prove both identities")
            @Nullable String guestToken) {}

    /** A claim as it goes over the wire. */
    @Schema(name = "Claim")
    record ClaimView(
            @Schema(required = true, description = "The guest's subject")
            String guest,

            @Schema(
                    required = true,
                    maximum = "1000",
                    description =
                            "How many of the guest's orders became the buyer's with this request: 1000 at most. With as "
                                    + "many, repeat the request for the others")
            int orders,

            @Schema(required = true, description = "Whether the buyer had claimed the guest before")
            boolean duplicated) {

        static ClaimView of(Buyer guest, int orders, boolean isDuplicated) {
            return new ClaimView(guest.subject(), orders, isDuplicated);
        }
    }

    @POST
    @RolesAllowed(Role.BUYER)
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals(ProblemType.GUEST_CLAIMED)
    @Operation(
            operationId = "claimGuest",
            summary = "Claim the orders of a guest",
            description =
                    "Gives the orders that were placed before the sign-in, their keys and payments to the buyer. The "
                            + "first buyer who claims a guest wins. A repeat moves what the guest has ordered since. A guest cannot "
                            + "claim another guest.")
    @APIResponse(
            responseCode = "201",
            description = "The guest's orders are the buyer's",
            content = @Content(schema = @Schema(implementation = ClaimView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The buyer had claimed the guest before",
            content = @Content(schema = @Schema(implementation = ClaimView.class)))
    public Uni<Response> claim(ClaimSubmission submission) {
        if (caller.isGuest()) {
            return endpoint.refuse(Problem.of(
                    ProblemType.NOT_ALLOWED, "A guest cannot claim the orders of another guest: sign in first."));
        }
        return endpoint.answer(
                "claim", "", claimGuest.claim(caller.buyer(), submission.guestToken()), ClaimsResource::toAnswer);
    }

    private static Answer toAnswer(Claiming claiming) {
        return switch (claiming) {
            case Claiming.Invalid(var violations) -> Problem.ofBody(violations);
            case Claiming.ClaimedByOther _ -> Problem.of(ProblemType.GUEST_CLAIMED);
            case Claiming.ClaimedAgain(Buyer guest, int orders) -> Reply.replayed(ClaimView.of(guest, orders, true));
            case Claiming.Claimed(Buyer guest, int orders) -> Reply.created(ClaimView.of(guest, orders, false));
        };
    }
}
