package dev.orderonce.idempotency;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A claimed name as it goes over the wire. */
@Schema(name = "OnceClaim")
@JsonInclude(JsonInclude.Include.NON_NULL)
@RegisterForReflection // one of two forms of a response, where a native build does not find it
record OnceClaimView(
        @Schema(required = true, examples = "invoice") String scope,

        @Schema(required = true, examples = "0K3M7Q-XW52TB-9H4NRC")
        String key,

        @Schema(required = true) State state,

        @Schema(nullable = true, description = "The claim's id, in responses to its own client only") @Nullable String claim,

        @Schema(
                implementation = Object.class,
                description = "What came of the work, any JSON value; only with the state DONE")
        @Nullable JsonNode result,

        @Schema(nullable = true, description = "When the result was stored; only with the state DONE") @Nullable Instant completedAt,

        @Schema(
                nullable = true,
                description =
                        "When the claim's lease ends, or the result expires; without it the result does not expire")
        @Nullable Instant expiresAt) {

    /** How far the work has come. */
    @Schema(name = "OnceState")
    enum State {
        CLAIMED,
        DONE
    }

    /** The claim in the response to its own client. */
    static OnceClaimView claimed(RecordName name, String claim, Instant expiresAt) {
        return new OnceClaimView(name.scope(), name.key(), State.CLAIMED, claim, null, null, expiresAt);
    }

    static OnceClaimView done(RecordName name, OnceClaim.Result result) {
        return new OnceClaimView(
                name.scope(),
                name.key(),
                State.DONE,
                null,
                result.value(),
                result.completedAt(),
                result.expiresAt().orElse(null));
    }

    /** The name for any client: with the claim's id another one could complete it. */
    static OnceClaimView of(OnceClaim claim) {
        return switch (claim.phase()) {
            case OnceClaim.Phase.Held(Instant expiresAt, Duration _) ->
                new OnceClaimView(claim.name().scope(), claim.name().key(), State.CLAIMED, null, null, null, expiresAt);
            case OnceClaim.Phase.Done(OnceClaim.Result result) -> done(claim.name(), result);
            case OnceClaim.Phase.Free _ -> throw new IllegalStateException("an absent claim is not shown");
        };
    }
}
