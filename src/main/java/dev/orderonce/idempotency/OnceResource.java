package dev.orderonce.idempotency;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.idempotency.DeleteRecord.Deleting;
import dev.orderonce.idempotency.FindRecord.Finding;
import dev.orderonce.idempotency.PutRecord.Putting;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Create-once records over HTTP: the simple form of {@code /once}, for what is done by being recorded. */
@Path("/once/{scope}/{key}")
@Tag(name = "Records", description = "Anything else that must be created once")
@RolesAllowed(Role.SERVICE)
@Produces(MediaType.APPLICATION_JSON)
class OnceResource {
    private final Caller caller;
    private final PutRecord putRecord;
    private final FindRecord findRecord;
    private final DeleteRecord deleteRecord;
    private final Endpoint endpoint;

    OnceResource(
            Caller caller, PutRecord putRecord, FindRecord findRecord, DeleteRecord deleteRecord, Endpoint endpoint) {
        this.caller = caller;
        this.putRecord = putRecord;
        this.findRecord = findRecord;
        this.deleteRecord = deleteRecord;
        this.endpoint = endpoint;
    }

    /** A record as it goes over the wire. */
    @Schema(name = "OnceRecord")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @RegisterForReflection // one of two forms of a response, where a native build does not find it
    record RecordView(
            @Schema(required = true, examples = "notice") String scope,

            @Schema(required = true, examples = "shipped-0K3M7Q-XW52TB-9H4NRC")
            String key,

            @Schema(nullable = true, description = "Only in the response to PUT: whether the request was a repeat")
            @Nullable Boolean duplicated,

            @Schema(
                    required = true,
                    type = SchemaType.OBJECT,
                    implementation = Object.class,
                    description = "The body of the first request")
            ObjectNode body,

            @Schema(required = true) Instant putAt,

            @Schema(nullable = true, description = "When the record expires") @Nullable Instant expiresAt) {

        static RecordView of(OnceRecord record, @Nullable Boolean duplicated) {
            return new RecordView(
                    record.name().scope(),
                    record.name().key(),
                    duplicated,
                    record.body(),
                    record.putAt(),
                    record.expiresAt().orElse(null));
        }
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.RECORD_DIFFERS, ProblemType.RECORD_EXISTS, ProblemType.KEY_IN_FLIGHT})
    @Operation(
            operationId = "putOnce",
            summary = "Create a record once",
            description = "The first request under a scope and key stores its body: 201. Every repeat returns that "
                    + "record: 200, `duplicated: true`. A different body is refused. All of the shop's programs "
                    + "(role `service`) share the scopes.")
    @APIResponse(
            responseCode = "201",
            description = "The record is created",
            content = @Content(schema = @Schema(implementation = RecordView.class)))
    @APIResponse(
            responseCode = "200",
            description = "An earlier request created the record",
            content = @Content(schema = @Schema(implementation = RecordView.class)))
    public Uni<Response> put(
            @Parameter(description = "The scope: [a-z][a-z0-9-]{0,63}") @PathParam("scope") String scope,
            @Parameter(description = "The key within the scope: [A-Za-z0-9._~:@-]{1,255}") @PathParam("key") String key,
            @Parameter(
                            description = "Seconds until the record expires; without it the record does not expire",
                            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "31536000"))
                    @QueryParam("ttl")
                    Optional<String> ttl,
            @RequestBody(
                            required = true,
                            description = "Any JSON object, up to 8192 characters",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT)))
                    String body) {
        return endpoint.answer("put-once", "", putRecord.put(caller.subject(), scope, key, body, ttl), this::toAnswer);
    }

    private Answer toAnswer(Putting putting) {
        return switch (putting) {
            case Putting.BadParameter(String why) -> Problem.ofParameter(why);
            case Putting.TooLarge _ ->
                Problem.of(
                        ProblemType.BODY_TOO_LARGE,
                        "A body has at most " + PutRecord.LONGEST_BODY + " characters. Nothing was stored.");
            case Putting.Unreadable _ ->
                Problem.of(ProblemType.BODY_UNREADABLE, "The body is not a JSON object. Nothing was stored.");
            case Putting.Claimed _ -> Problem.of(ProblemType.RECORD_EXISTS);
            case Putting.Differs(OnceRecord existing) ->
                Problem.of(ProblemType.RECORD_DIFFERS).with("body", existing.body());
            case Putting.AlreadyPut(OnceRecord existing) -> Reply.replayed(RecordView.of(existing, true));
            case Putting.InFlight _ -> endpoint.withRetryAfter(Problem.of(ProblemType.KEY_IN_FLIGHT));
            case Putting.Put(OnceRecord record) -> Reply.created(RecordView.of(record, false));
        };
    }

    @GET
    @Refusals(ProblemType.RECORD_NOT_FOUND)
    @Operation(
            operationId = "findOnce",
            summary = "Get a record, or the state of a claimed name",
            description = "A claim that was given up, and one whose lease has ended, are not found.")
    @APIResponse(
            responseCode = "200",
            description =
                    "`OnceRecord` of a name that was put; `OnceClaim` of one that was claimed, without the claim's id",
            content = @Content(schema = @Schema(anyOf = {RecordView.class, OnceClaimView.class})))
    public Uni<Response> find(@PathParam("scope") String scope, @PathParam("key") String key) {
        return endpoint.answer("find-once", "", findRecord.find(scope, key), finding -> switch (finding) {
            case Finding.Absent _ -> Problem.of(ProblemType.RECORD_NOT_FOUND);
            case Finding.Found(OnceRecord record) -> Reply.ok(RecordView.of(record, null));
            case Finding.Found(OnceClaim claim) -> Reply.ok(OnceClaimView.of(claim));
        });
    }

    @DELETE
    @Refusals(ProblemType.RECORD_NOT_FOUND)
    @Operation(
            operationId = "deleteOnce",
            summary = "Delete a record, or a claim with its result",
            description = "Allows the name to be used again, in either form, after the work that it represents failed.")
    @APIResponse(responseCode = "204", description = "The record is deleted")
    public Uni<Response> delete(@PathParam("scope") String scope, @PathParam("key") String key) {
        return endpoint.answer("delete-once", "", deleteRecord.delete(scope, key), deleting -> switch (deleting) {
            case Deleting.Absent _ -> Problem.of(ProblemType.RECORD_NOT_FOUND);
            case Deleting.Deleted _ -> Reply.noContent();
        });
    }
}
