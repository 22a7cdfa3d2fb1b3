package dev.orderonce.orders;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.OnBehalf;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.numbers.OrderNumber;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The idempotency keys of orders over HTTP. */
@Path("/idempotency-keys/{key}")
@Tag(name = "Idempotency keys", description = "What became of a client's own key")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Role.BUYER, Role.SERVICE})
@OnBehalf
class IdempotencyKeysResource {
    private static final String KEY =
            "The key as in the header `Idempotency-Key`, percent-encoded. No path can contain a slash, backslash, "
                    + "semicolon or percent sign, so a key with one of them cannot be looked up or given up";

    private final Caller caller;
    private final FindKey findKey;
    private final VoidKey voidKey;
    private final Endpoint endpoint;

    IdempotencyKeysResource(Caller caller, FindKey findKey, VoidKey voidKey, Endpoint endpoint) {
        this.caller = caller;
        this.findKey = findKey;
        this.voidKey = voidKey;
        this.endpoint = endpoint;
    }

    /** A key's state as it goes over the wire. */
    @Schema(name = "IdempotencyKeyState")
    enum State {
        UNUSED,
        PLACED,
        VOIDED
    }

    /** A key as it goes over the wire. */
    @Schema(name = "IdempotencyKey")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record KeyView(
            @Schema(required = true, examples = "0f8fad5b-d9cb-469f-a165-70867728950e")
            String key,

            @Schema(required = true) State state,

            @Schema(nullable = true, description = "The number of the order, if the state is PLACED") @Nullable String number,

            @Schema(nullable = true, description = "The path of the order, if the state is PLACED") @Nullable String order) {

        static KeyView of(IdempotencyKey key, State state) {
            return new KeyView(key.text(), state, null, null);
        }

        static KeyView placed(IdempotencyKey key, OrderNumber number) {
            return new KeyView(key.text(), State.PLACED, number.shown(), path(number));
        }
    }

    @GET
    @Refusals({ProblemType.KEY_UNUSABLE, ProblemType.KEY_COLLIDES})
    @Operation(
            operationId = "findKey",
            summary = "Find the state of an idempotency key",
            description = "The authoritative answer to \"was an order placed under it?\". PLACED and VOIDED are final. "
                    + "UNUSED is not: a request that is still on its way may place the order.")
    @APIResponse(
            responseCode = "200",
            description = "The state of the key",
            content = @Content(schema = @Schema(implementation = KeyView.class)))
    public Uni<Response> find(@Parameter(description = KEY) @PathParam("key") String written) {
        return endpoint.answer(
                "find-key", "", findKey.find(caller.buyer(), written), IdempotencyKeysResource::toAnswer);
    }

    private static Answer toAnswer(FindKey.Finding finding) {
        return switch (finding) {
            case FindKey.Finding.Unusable(String why) -> Problem.ofKey(why);
            case FindKey.Finding.Collides _ -> Problem.of(ProblemType.KEY_COLLIDES);
            case FindKey.Finding.Unused(IdempotencyKey key) -> Reply.ok(KeyView.of(key, State.UNUSED));
            case FindKey.Finding.Placed(IdempotencyKey key, OrderNumber number) ->
                Reply.ok(KeyView.placed(key, number));
            case FindKey.Finding.Voided(IdempotencyKey key) -> Reply.ok(KeyView.of(key, State.VOIDED));
        };
    }

    @DELETE
    @Refusals({
        ProblemType.KEY_UNUSABLE,
        ProblemType.KEY_COLLIDES,
        ProblemType.KEY_ALREADY_USED,
        ProblemType.LIMIT_REACHED
    })
    @Operation(
            operationId = "voidKey",
            summary = "Give an idempotency key up",
            description = "Retires the key without an order, forever. Call it before ordering the same under a new key "
                    + "while the outcome of an order under the old one is unknown: the response says whether an order "
                    + "exists, and that is final.")
    @APIResponse(
            responseCode = "200",
            description = "The key is retired: no order exists under it, and none can be placed",
            content = @Content(schema = @Schema(implementation = KeyView.class)))
    public Uni<Response> voidKey(@Parameter(description = KEY) @PathParam("key") String written) {
        return endpoint.answer(
                "void-key", "", voidKey.voidKey(caller.buyer(), written), IdempotencyKeysResource::toAnswer);
    }

    private static Answer toAnswer(VoidKey.Voiding voiding) {
        return switch (voiding) {
            case VoidKey.Voiding.Unusable(String why) -> Problem.ofKey(why);
            case VoidKey.Voiding.Collides _ -> Problem.of(ProblemType.KEY_COLLIDES);
            case VoidKey.Voiding.Limited(var excess) -> excess.toProblem();
            case VoidKey.Voiding.PlacedFirst(OrderNumber number) ->
                Problem.of(ProblemType.KEY_ALREADY_USED)
                        .with("number", number.shown())
                        .with("order", path(number));
            case VoidKey.Voiding.Voided(IdempotencyKey key) -> Reply.ok(KeyView.of(key, State.VOIDED));
        };
    }

    private static String path(OrderNumber number) {
        return "/orders/" + number.shown();
    }
}
