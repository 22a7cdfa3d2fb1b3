package dev.orderonce.webhooks;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.PageParameters;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.webhooks.ChangeWebhook.Changing;
import dev.orderonce.webhooks.CheckWebhook.Wanted;
import dev.orderonce.webhooks.CreateWebhook.Creating;
import dev.orderonce.webhooks.FindWebhooks.Finding;
import dev.orderonce.webhooks.ListDeliveries.Listing;
import dev.orderonce.webhooks.ManageWebhook.Managing;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Webhook endpoints over HTTP, for the shop's programs; support reads them. */
@Path("/webhooks")
@Tag(name = "Webhooks", description = "Where the shop's other systems receive events")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.SERVICE)
class WebhooksResource {
    private final Caller caller;
    private final CreateWebhook createWebhook;
    private final ChangeWebhook changeWebhook;
    private final FindWebhooks findWebhooks;
    private final ManageWebhook manageWebhook;
    private final ListDeliveries listDeliveries;
    private final Endpoint endpoint;

    WebhooksResource(
            Caller caller,
            CreateWebhook createWebhook,
            ChangeWebhook changeWebhook,
            FindWebhooks findWebhooks,
            ManageWebhook manageWebhook,
            ListDeliveries listDeliveries,
            Endpoint endpoint) {
        this.caller = caller;
        this.createWebhook = createWebhook;
        this.changeWebhook = changeWebhook;
        this.findWebhooks = findWebhooks;
        this.manageWebhook = manageWebhook;
        this.listDeliveries = listDeliveries;
        this.endpoint = endpoint;
    }

    /** The request body of an endpoint. */
    @Schema(name = "WebhookSubmission", additionalProperties = Schema.False.class)
    record WebhookSubmission(
            @Schema(
                    required = true,
                    maxLength = WebhookUrl.LONGEST,
                    description =
                            "https, or where the settings allow it http to this machine; neither user nor fragment")
            @Nullable String url,

            @Schema(
                    nullable = true,
                    maxItems = CheckWebhook.MOST_KINDS,
                    description = "The kinds of events to send; absent or empty: all",
                    examples = "[\"PAID\"]")
            @Nullable List<@Nullable String> kinds) {
        Wanted toWanted() {
            return new Wanted(url, kinds);
        }
    }

    /** The request body of a redelivery. */
    @Schema(name = "RedeliverySubmission", additionalProperties = Schema.False.class)
    record RedeliverySubmission(
            @Schema(
                    nullable = true,
                    examples = "0K3M7Q-XW52TB-9H4NRC-2",
                    description = "The `webhook-id` of the first event to deliver again")
            @Nullable String event,

            @Schema(
                    nullable = true,
                    examples = "2026-11-22T17:00:00Z",
                    description = "The time of the first event to deliver again; those of a minute before may come too")
            @Nullable String time) {}

    /** All endpoints as they go over the wire. */
    @Schema(name = "Webhooks")
    record WebhooksView(@Schema(required = true) List<WebhookView> webhooks) {}

    /** One attempt to deliver an event as it goes over the wire. */
    @Schema(name = "WebhookDelivery")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record DeliveryView(
            @Schema(required = true, examples = "0K3M7Q-XW52TB-9H4NRC-2", description = "The `webhook-id`")
            String event,

            @Schema(required = true, examples = "PAID") String kind,

            @Schema(required = true, description = "1, and one more after each failure of the endpoint")
            int attempt,

            @Schema(required = true) DeliveryResult result,

            @Schema(nullable = true, description = "The HTTP status, if there was a response") @Nullable Integer status,

            @Schema(required = true) int milliseconds,
            @Schema(required = true) Instant at,

            @Schema(nullable = true, description = "When the event is sent again") @Nullable Instant nextAttemptAt) {
        static DeliveryView of(Delivery delivery) {
            return new DeliveryView(
                    new OrderNumber(delivery.number()).shown() + '-' + delivery.sequence(),
                    delivery.kind(),
                    delivery.attempt(),
                    delivery.result(),
                    delivery.status().orElse(null),
                    delivery.millis(),
                    delivery.at(),
                    delivery.nextAttemptAt().orElse(null));
        }
    }

    /** A page of deliveries as it goes over the wire. */
    @Schema(name = "WebhookDeliveries")
    record DeliveriesView(
            @Schema(required = true) List<DeliveryView> deliveries,

            @Schema(nullable = true, required = true, description = PageParameters.NEXT) @Nullable String after) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.WEBHOOK_EXISTS, ProblemType.WEBHOOKS_FULL})
    @Operation(
            operationId = "createWebhook",
            summary = "Create a webhook endpoint",
            description =
                    "The endpoint receives the events that happen from now on, as signed CloudEvents. The response "
                            + "has its secret, which is not shown again. A repeat (same URL, same kinds) returns the endpoint "
                            + "without the secret: a client that has lost the first response makes a new secret.")
    @APIResponse(
            responseCode = "201",
            description = "The endpoint is created",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    @APIResponse(
            responseCode = "200",
            description = "An earlier request created the endpoint",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    public Uni<Response> create(WebhookSubmission submission) {
        return endpoint.answer(
                "create-webhook",
                "",
                createWebhook.create(caller.subject(), submission.toWanted()),
                creating -> switch (creating) {
                    case Creating.Invalid(var violations) -> Problem.ofBody(violations);
                    case Creating.Exists(WebhookId existing) -> exists(existing);
                    case Creating.Full _ -> Problem.of(ProblemType.WEBHOOKS_FULL);
                    case Creating.AlreadyCreated(Webhook existing) -> Reply.replayed(WebhookView.of(existing));
                    case Creating.Created(Webhook created, WebhookSecret secret) ->
                        Reply.created(WebhookView.of(created, secret), path(created.id()));
                });
    }

    private static Problem exists(WebhookId existing) {
        return Problem.of(ProblemType.WEBHOOK_EXISTS).with("webhook", path(existing));
    }

    private static String path(WebhookId id) {
        return "/webhooks/" + id.text();
    }

    @GET
    @RolesAllowed({Role.SERVICE, Role.SUPPORT})
    @Operation(
            operationId = "listWebhooks",
            summary = "List the webhook endpoints",
            description = "The oldest first, each with its progress and without its secret.")
    @APIResponse(
            responseCode = "200",
            description = "All endpoints; there are at most 20",
            content = @Content(schema = @Schema(implementation = WebhooksView.class)))
    public Uni<Response> list() {
        return endpoint.answer("list-webhooks", "", findWebhooks.all(), finding -> switch (finding) {
            case Finding.Absent _ -> Problem.of(ProblemType.WEBHOOK_NOT_FOUND);
            case Finding.Found(var webhooks) ->
                Reply.ok(new WebhooksView(webhooks.stream().map(WebhookView::of).toList()));
        });
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({Role.SERVICE, Role.SUPPORT})
    @Refusals(ProblemType.WEBHOOK_NOT_FOUND)
    @Operation(
            operationId = "findWebhook",
            summary = "Get a webhook endpoint",
            description = "With its progress, and without its secret.")
    @APIResponse(
            responseCode = "200",
            description = "The endpoint",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    public Uni<Response> find(@PathParam("id") String written) {
        return with(
                written,
                id -> endpoint.answer("find-webhook", "", findWebhooks.find(id), finding -> switch (finding) {
                    case Finding.Absent _ -> Problem.of(ProblemType.WEBHOOK_NOT_FOUND);
                    case Finding.Found(var webhooks) -> Reply.ok(WebhookView.of(webhooks.getFirst()));
                }));
    }

    @PUT
    @Path("/{id}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.WEBHOOK_NOT_FOUND, ProblemType.WEBHOOK_EXISTS})
    @Operation(
            operationId = "changeWebhook",
            summary = "Set the URL and the kinds of a webhook endpoint",
            description =
                    "For what is sent from now on, after a batch in progress has stopped, within two seconds; its secret "
                            + "and its progress stay, and what was sent of that batch may be sent again. An endpoint that fails is "
                            + "tried at once.")
    @APIResponse(
            responseCode = "200",
            description = "The endpoint has this URL and these kinds",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    public Uni<Response> change(@PathParam("id") String written, WebhookSubmission submission) {
        return with(
                written,
                id -> endpoint.answer(
                        "change-webhook",
                        "",
                        changeWebhook.change(id, submission.toWanted()),
                        changing -> switch (changing) {
                            case Changing.Invalid(var violations) -> Problem.ofBody(violations);
                            case Changing.Absent _ -> Problem.of(ProblemType.WEBHOOK_NOT_FOUND);
                            case Changing.Exists(WebhookId existing) -> exists(existing);
                            case Changing.Changed(Webhook changed) -> Reply.ok(WebhookView.of(changed));
                        }));
    }

    @DELETE
    @Path("/{id}")
    @Refusals(ProblemType.WEBHOOK_NOT_FOUND)
    @Operation(
            operationId = "deleteWebhook",
            summary = "Delete a webhook endpoint",
            description = "A batch in progress stops within two seconds; then nothing is sent to it any more.")
    @APIResponse(responseCode = "204", description = "The endpoint is deleted")
    public Uni<Response> delete(@PathParam("id") String written) {
        return with(
                written,
                id -> endpoint.answer("delete-webhook", "", manageWebhook.delete(id), WebhooksResource::toAnswer));
    }

    @POST
    @Path("/{id}/secret")
    @Refusals(ProblemType.WEBHOOK_NOT_FOUND)
    @Operation(
            operationId = "rotateWebhookSecret",
            summary = "Make a new secret for a webhook endpoint",
            description =
                    "For 24 hours each delivery is signed with the new secret and with the one before. The response "
                            + "has the new secret, which is not shown again. A repeat makes another secret; up to four earlier ones "
                            + "sign too.")
    @APIResponse(
            responseCode = "200",
            description = "The endpoint with its new secret",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    public Uni<Response> rotate(@PathParam("id") String written) {
        return with(
                written,
                id -> endpoint.answer(
                        "rotate-webhook-secret", "", manageWebhook.rotate(id), WebhooksResource::toAnswer));
    }

    @POST
    @Path("/{id}/enable")
    @Refusals(ProblemType.WEBHOOK_NOT_FOUND)
    @Operation(
            operationId = "enableWebhook",
            summary = "Enable a webhook endpoint",
            description =
                    "Delivery continues with the first event that was not delivered and that is still in the log. An "
                            + "endpoint that is enabled and fails is tried at once.")
    @APIResponse(
            responseCode = "200",
            description = "The endpoint is enabled",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    public Uni<Response> enable(@PathParam("id") String written) {
        return with(
                written,
                id -> endpoint.answer("enable-webhook", "", manageWebhook.enable(id), WebhooksResource::toAnswer));
    }

    @POST
    @Path("/{id}/redelivery")
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals(ProblemType.WEBHOOK_NOT_FOUND)
    @Operation(
            operationId = "redeliverWebhook",
            summary = "Deliver events again",
            description =
                    "From one event on, or from a time on, every event of the endpoint's kinds is delivered again, in "
                            + "sequence, with the `webhook-id` that it had. A position that the endpoint has not reached changes "
                            + "nothing, but for what is being sent at the moment: it may be sent again. A disabled endpoint receives them when it is enabled.")
    @APIResponse(
            responseCode = "202",
            description = "The events are delivered again",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    public Uni<Response> redeliver(@PathParam("id") String written, RedeliverySubmission submission) {
        return with(
                written,
                id -> endpoint.answer(
                        "redeliver-webhook",
                        "",
                        manageWebhook.redeliver(id, submission.event(), submission.time()),
                        managing -> managing instanceof Managing.Done(Webhook webhook)
                                ? Reply.accepted(WebhookView.of(webhook))
                                : toAnswer(managing)));
    }

    private static Answer toAnswer(Managing managing) {
        return switch (managing) {
            case Managing.Invalid(var violations) -> Problem.ofBody(violations);
            case Managing.Absent _ -> Problem.of(ProblemType.WEBHOOK_NOT_FOUND);
            case Managing.Deleted _ -> Reply.noContent();
            case Managing.Done(Webhook webhook) -> Reply.ok(WebhookView.of(webhook));
            case Managing.Rotated rotated -> Reply.ok(WebhookView.of(rotated));
        };
    }

    @GET
    @Path("/{id}/deliveries")
    @RolesAllowed({Role.SERVICE, Role.SUPPORT})
    @Refusals(ProblemType.WEBHOOK_NOT_FOUND)
    @Operation(
            operationId = "listWebhookDeliveries",
            summary = "List the attempts to deliver to a webhook endpoint, the latest first",
            description = "They are kept for a few days (`webhooks.log-ttl`).")
    @APIResponse(
            responseCode = "200",
            description = "One page",
            content = @Content(schema = @Schema(implementation = DeliveriesView.class)))
    public Uni<Response> deliveries(@PathParam("id") String written, @BeanParam PageParameters page) {
        Optional<Long> after =
                page.after().filter(text -> text.matches("[0-9]{1,18}")).map(Long::valueOf);
        if (page.after().isPresent() && after.isEmpty()) {
            return endpoint.refuse(Problem.ofParameter("\"after\" must be the `after` of the previous page."));
        }
        return with(
                written,
                id -> endpoint.answer(
                        "list-webhook-deliveries",
                        "",
                        listDeliveries.list(id, after, page.limit()),
                        listing -> switch (listing) {
                            case Listing.BadParameter(String why) -> Problem.ofParameter(why);
                            case Listing.Absent _ -> Problem.of(ProblemType.WEBHOOK_NOT_FOUND);
                            case Listing.Page(var deliveries, var next) ->
                                Reply.ok(new DeliveriesView(
                                        deliveries.stream()
                                                .map(DeliveryView::of)
                                                .toList(),
                                        next.map(String::valueOf).orElse(null)));
                        }));
    }

    /** Refuses a text that is not an id. */
    private Uni<Response> with(String written, Function<WebhookId, Uni<Response>> answer) {
        return WebhookId.read(written)
                .map(answer)
                .orElseGet(() -> endpoint.refuse(Problem.of(ProblemType.WEBHOOK_NOT_FOUND)));
    }
}
