package dev.orderonce.idempotency;

import dev.orderonce.http.Answer;
import dev.orderonce.http.CheckedBody;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Headers;
import dev.orderonce.http.OptionalBody;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.http.Violation;
import dev.orderonce.idempotency.ClaimName.Claiming;
import dev.orderonce.idempotency.CompleteClaim.Completing;
import dev.orderonce.idempotency.GiveUpClaim.GivingUp;
import dev.orderonce.idempotency.RenewClaim.Renewing;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Claims of names over HTTP: the form of {@code /once} for work that can fail halfway. */
@Path("/once/{scope}/{key}")
@Tag(name = "Records")
@RolesAllowed(Role.SERVICE)
@Produces(MediaType.APPLICATION_JSON)
class OnceClaimsResource {
    /** A worker that waits longer has no use for a claim that is given up meanwhile. */
    private static final Duration LONGEST_RETRY_DELAY = Duration.ofSeconds(60);

    private final Caller caller;
    private final ClaimName claimName;
    private final RenewClaim renewClaim;
    private final GiveUpClaim giveUpClaim;
    private final CompleteClaim completeClaim;
    private final Endpoint endpoint;

    OnceClaimsResource(
            Caller caller,
            ClaimName claimName,
            RenewClaim renewClaim,
            GiveUpClaim giveUpClaim,
            CompleteClaim completeClaim,
            Endpoint endpoint) {
        this.caller = caller;
        this.claimName = claimName;
        this.renewClaim = renewClaim;
        this.giveUpClaim = giveUpClaim;
        this.completeClaim = completeClaim;
        this.endpoint = endpoint;
    }

    /** The request body of a claim. */
    @Schema(name = "OnceClaimSubmission", additionalProperties = Schema.False.class)
    record ClaimSubmission(
            @Schema(
                    nullable = true,
                    minimum = "1",
                    maximum = "3600",
                    defaultValue = "60",
                    description =
                            "Seconds of the lease: if the worker crashes, the next claim is granted after this time")
            @Nullable Long ttl,

            @Schema(
                    nullable = true,
                    pattern = ClaimName.REQUEST,
                    description =
                            "A fingerprint of the work's request, such as a digest. A later claim of the name has to have "
                                    + "the same one")
            @Nullable String request,

            @Schema(
                    nullable = true,
                    pattern = ClaimName.CLAIM,
                    examples = "6f1c2b1e-3a52-4a8e-9d0c-2f6f2a5b7c11",
                    description =
                            "The claim's id, a UUID that the client has made for this claim: a repeat after a lost "
                                    + "response is the same claim. Without it the service makes one, and a repeat is another "
                                    + "claim")
            @Nullable String claim)
            implements OptionalBody, CheckedBody {
        @Override
        public List<Violation> violations() {
            return ClaimName.violations(ttl, request, claim);
        }
    }

    @POST
    @Path("/claims")
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.CLAIM_HELD, ProblemType.REQUEST_DIFFERS, ProblemType.RECORD_EXISTS})
    @Operation(
            operationId = "claimOnce",
            summary = "Claim a name before doing its work",
            description =
                    "201: do the work, then store its result with the claim. 200: the work is done, and this is its "
                            + "result. 409 `claim-held`: another worker holds a live claim. If that worker crashes, its lease "
                            + "ends, and the next claim is granted.")
    @APIResponse(
            responseCode = "201",
            description = "The claim is granted, or, with the same `claim`, renewed",
            content = @Content(schema = @Schema(implementation = OnceClaimView.class)))
    @APIResponse(
            responseCode = "200",
            description = "An earlier claim has stored the result",
            headers =
                    @Header(name = Headers.REPLAYED, description = "true", schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = OnceClaimView.class)))
    public Uni<Response> claim(
            @PathParam("scope") String scope,
            @PathParam("key") String key,
            @RequestBody(required = false) @Nullable ClaimSubmission submission) {
        ClaimSubmission given = submission == null ? new ClaimSubmission(null, null, null) : submission;
        return endpoint.answer(
                "claim-once",
                "",
                claimName.claim(caller.subject(), scope, key, given.ttl(), given.request(), given.claim()),
                OnceClaimsResource::toAnswer);
    }

    private static Answer toAnswer(Claiming claiming) {
        return switch (claiming) {
            case Claiming.BadParameter(String why) -> Problem.ofParameter(why);
            case Claiming.Invalid(var violations) -> Problem.ofBody(violations);
            case Claiming.RecordExists _ -> Problem.of(ProblemType.RECORD_EXISTS);
            case Claiming.RequestDiffers _ -> Problem.of(ProblemType.REQUEST_DIFFERS);
            case Claiming.Held(OnceClaim.Phase.Held(Instant expiresAt, Duration left)) ->
                Problem.of(ProblemType.CLAIM_HELD)
                        .with("expiresAt", expiresAt.toString())
                        .after(left.compareTo(LONGEST_RETRY_DELAY) < 0 ? left : LONGEST_RETRY_DELAY);
            case Claiming.Done(RecordName name, OnceClaim.Result result) ->
                Reply.replayed(OnceClaimView.done(name, result));
            case Claiming.Granted(RecordName name, String claim, Instant expiresAt) ->
                Reply.created(OnceClaimView.claimed(name, claim, expiresAt));
        };
    }

    /** The request body of a renewal. */
    @Schema(name = "OnceRenewalSubmission", additionalProperties = Schema.False.class)
    record RenewalSubmission(
            @Schema(
                    nullable = true,
                    minimum = "1",
                    maximum = "3600",
                    defaultValue = "60",
                    description = "Seconds of the lease from now on")
            @Nullable Long ttl)
            implements OptionalBody, CheckedBody {
        @Override
        public List<Violation> violations() {
            return ClaimName.leaseViolations(ttl);
        }
    }

    @POST
    @Path("/claims/{claim}/renewal")
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.CLAIM_LOST, ProblemType.RECORD_NOT_FOUND})
    @Operation(
            operationId = "renewOnce",
            summary = "Renew a claim",
            description =
                    "For work that takes longer than the lease. A claim whose lease has ended can be renewed as long "
                            + "as no other claim was granted.")
    @APIResponse(
            responseCode = "200",
            description = "The claim is live until `expiresAt`",
            content = @Content(schema = @Schema(implementation = OnceClaimView.class)))
    public Uni<Response> renew(
            @PathParam("scope") String scope,
            @PathParam("key") String key,
            @PathParam("claim") String claim,
            @RequestBody(required = false) @Nullable RenewalSubmission submission) {
        return endpoint.answer(
                "renew-once",
                "",
                renewClaim.renew(scope, key, claim, submission == null ? null : submission.ttl()),
                OnceClaimsResource::toAnswer);
    }

    private static Answer toAnswer(Renewing renewing) {
        return switch (renewing) {
            case Renewing.BadParameter(String why) -> Problem.ofParameter(why);
            case Renewing.Invalid(var violations) -> Problem.ofBody(violations);
            case Renewing.Absent _ -> Problem.of(ProblemType.RECORD_NOT_FOUND);
            case Renewing.Lost _ -> Problem.of(ProblemType.CLAIM_LOST);
            case Renewing.Renewed(RecordName name, String claim, Instant expiresAt) ->
                Reply.ok(OnceClaimView.claimed(name, claim, expiresAt));
        };
    }

    @DELETE
    @Path("/claims/{claim}")
    @Refusals(ProblemType.CLAIM_LOST)
    @Operation(
            operationId = "giveUpOnce",
            summary = "Give a claim up",
            description =
                    "After the work failed: the next claim is granted at once. A repeat returns the same response.")
    @APIResponse(responseCode = "204", description = "The claim holds nothing")
    public Uni<Response> giveUp(
            @PathParam("scope") String scope, @PathParam("key") String key, @PathParam("claim") String claim) {
        return endpoint.answer(
                "give-up-once", "", giveUpClaim.giveUp(scope, key, claim), givingUp -> switch (givingUp) {
                    case GivingUp.BadParameter(String why) -> Problem.ofParameter(why);
                    case GivingUp.Lost _ -> Problem.of(ProblemType.CLAIM_LOST);
                    case GivingUp.GivenUp _ -> Reply.noContent();
                });
    }

    /** The request body of a result, as the API description has it; {@link Completion} reads it. */
    @Schema(name = "OnceResultSubmission", additionalProperties = Schema.False.class)
    record ResultSubmission(
            @Schema(required = true, pattern = ClaimName.CLAIM, description = "The claim under which the work was done")
            String claim,

            @Schema(
                    required = true,
                    implementation = Object.class,
                    description = "What came of the work: any JSON value, up to 65,536 bytes")
            Object result,

            @Schema(
                    nullable = true,
                    minimum = "1",
                    maximum = "31536000",
                    description = "Seconds until the result expires; without it the result does not expire")
            @Nullable Integer ttl) {}

    @PUT
    @Path("/result")
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.CLAIM_LOST, ProblemType.RESULT_EXISTS, ProblemType.RECORD_NOT_FOUND})
    @Operation(
            operationId = "completeOnce",
            summary = "Store the result of the work under a claim",
            description =
                    "Every later claim of the name returns this result. Refused once another claim was granted: of "
                            + "two workers that have done the work, one stores its result.")
    @APIResponse(
            responseCode = "200",
            description =
                    "The result is stored, by this request or, with `Idempotent-Replayed: true`, by an earlier one",
            headers =
                    @Header(name = Headers.REPLAYED, description = "true", schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = OnceClaimView.class)))
    public Uni<Response> complete(
            @PathParam("scope") String scope,
            @PathParam("key") String key,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(implementation = ResultSubmission.class)))
                    String body) {
        return endpoint.answer(
                "complete-once", "", completeClaim.complete(scope, key, body), OnceClaimsResource::toAnswer);
    }

    private static Answer toAnswer(Completing completing) {
        return switch (completing) {
            case Completing.BadParameter(String why) -> Problem.ofParameter(why);
            case Completing.Unreadable _ ->
                Problem.of(ProblemType.BODY_UNREADABLE, "The body is not a JSON object. Nothing was stored.");
            case Completing.Invalid(var violations) -> Problem.ofBody(violations);
            case Completing.TooLarge _ ->
                Problem.of(
                        ProblemType.BODY_TOO_LARGE,
                        "A result has at most " + Completion.LONGEST_RESULT + " bytes. Nothing was stored.");
            case Completing.Absent _ -> Problem.of(ProblemType.RECORD_NOT_FOUND);
            case Completing.Lost _ -> Problem.of(ProblemType.CLAIM_LOST);
            case Completing.ResultExists(OnceClaim.Result existing) ->
                Problem.of(ProblemType.RESULT_EXISTS).with("result", existing.value());
            case Completing.AlreadyCompleted(RecordName name, OnceClaim.Result existing) ->
                Reply.replayed(OnceClaimView.done(name, existing));
            case Completing.Completed(RecordName name, OnceClaim.Result result) ->
                Reply.ok(OnceClaimView.done(name, result));
        };
    }
}
