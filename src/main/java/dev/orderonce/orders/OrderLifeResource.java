package dev.orderonce.orders;

import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.IfMatch;
import dev.orderonce.http.OnBehalf;
import dev.orderonce.http.PageParameters;
import dev.orderonce.http.Parameters;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.orders.FulfilOrder.Fulfilment;
import dev.orderonce.orders.HoldOrder.Holding;
import dev.orderonce.orders.ListEvents.History;
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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Fulfilment and events of an order over HTTP. */
@Path("/orders/{number}")
@Tag(name = "Orders")
@Produces(MediaType.APPLICATION_JSON)
class OrderLifeResource {
    private final Caller caller;
    private final FindOrder findOrder;
    private final FulfilOrder fulfilOrder;
    private final HoldOrder holdOrder;
    private final ListEvents listEvents;
    private final Endpoint endpoint;

    OrderLifeResource(
            Caller caller,
            FindOrder findOrder,
            FulfilOrder fulfilOrder,
            HoldOrder holdOrder,
            ListEvents listEvents,
            Endpoint endpoint) {
        this.caller = caller;
        this.findOrder = findOrder;
        this.fulfilOrder = fulfilOrder;
        this.holdOrder = holdOrder;
        this.listEvents = listEvents;
        this.endpoint = endpoint;
    }

    @POST
    @Path("/shipment")
    @RolesAllowed(Role.MERCHANT)
    @Refusals({
        ProblemType.ORDER_NOT_FOUND,
        ProblemType.MOVE_NOT_OPEN,
        ProblemType.ORDER_ON_HOLD,
        ProblemType.ORDER_CHANGED
    })
    @Operation(
            operationId = "shipOrder",
            summary = "Mark an order as shipped",
            description = "Allowed while the order is PAID and nothing holds it. A repeat returns the shipped order.")
    @APIResponse(
            responseCode = "200",
            description = "The order is shipped",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> ship(@PathParam("number") String number, @BeanParam IfMatch ifMatch) {
        return endpoint.conditional(
                ifMatch,
                tags -> endpoint.answer(
                        "ship-order",
                        number,
                        fulfilOrder.ship(caller.subject(), number, Precondition.of(tags)),
                        OrderLifeResource::toAnswer));
    }

    @POST
    @Path("/completion")
    @RolesAllowed(Role.MERCHANT)
    @Refusals({ProblemType.ORDER_NOT_FOUND, ProblemType.MOVE_NOT_OPEN, ProblemType.ORDER_CHANGED})
    @Operation(
            operationId = "completeOrder",
            summary = "Mark an order as completed",
            description = "Allowed while the order is SHIPPED. A repeat returns the completed order.")
    @APIResponse(
            responseCode = "200",
            description = "The order is completed",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> complete(@PathParam("number") String number, @BeanParam IfMatch ifMatch) {
        return endpoint.conditional(
                ifMatch,
                tags -> endpoint.answer(
                        "complete-order",
                        number,
                        fulfilOrder.complete(caller.subject(), number, Precondition.of(tags)),
                        OrderLifeResource::toAnswer));
    }

    @POST
    @Path("/return")
    @RolesAllowed({Role.MERCHANT, Role.SUPPORT})
    @Refusals({ProblemType.ORDER_NOT_FOUND, ProblemType.MOVE_NOT_OPEN, ProblemType.ORDER_CHANGED})
    @Operation(
            operationId = "returnOrder",
            summary = "Mark an order as being returned",
            description =
                    "Allowed while the order is SHIPPED or COMPLETED. It refunds nothing. A repeat returns the order.")
    @APIResponse(
            responseCode = "200",
            description = "The goods are on their way back",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> beginReturn(@PathParam("number") String number, @BeanParam IfMatch ifMatch) {
        return endpoint.conditional(
                ifMatch,
                tags -> endpoint.answer(
                        "return-order",
                        number,
                        fulfilOrder.beginReturn(caller.subject(), number, Precondition.of(tags)),
                        OrderLifeResource::toAnswer));
    }

    @POST
    @Path("/receipt")
    @RolesAllowed(Role.MERCHANT)
    @Refusals({ProblemType.ORDER_NOT_FOUND, ProblemType.MOVE_NOT_OPEN, ProblemType.ORDER_CHANGED})
    @Operation(
            operationId = "receiveReturn",
            summary = "Mark a returned order as received",
            description = "Allowed while the order is RETURNING. It refunds nothing. A repeat returns the order.")
    @APIResponse(
            responseCode = "200",
            description = "The shop has the goods back",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> receiveReturn(@PathParam("number") String number, @BeanParam IfMatch ifMatch) {
        return endpoint.conditional(
                ifMatch,
                tags -> endpoint.answer(
                        "receive-return",
                        number,
                        fulfilOrder.receiveReturn(caller.subject(), number, Precondition.of(tags)),
                        OrderLifeResource::toAnswer));
    }

    private static Answer toAnswer(Fulfilment fulfilment) {
        return switch (fulfilment) {
            case Fulfilment.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
            case Fulfilment.Changed(Order current) -> OrderView.changed(current);
            case Fulfilment.NotOpen(Order current) -> OrderView.notOpen(current);
            case Fulfilment.OnHold(Order current) -> OrderView.onHold(current);
            case Fulfilment.AlreadyDone(Order order) ->
                Reply.replayed(OrderView.of(order)).tagged(order.version());
            case Fulfilment.Done(Order order) -> Reply.ok(OrderView.of(order)).tagged(order.version());
        };
    }

    /** The request body of a hold or of a release. */
    @Schema(name = "HoldSubmission", additionalProperties = Schema.False.class)
    record HoldSubmission(
            @Schema(
                    required = true,
                    minLength = 1,
                    maxLength = HoldOrder.LONGEST_REASON,
                    description = "Shown to the shop only")
            @Nullable String reason) {}

    @POST
    @Path("/hold")
    @RolesAllowed(Role.SUPPORT)
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.ORDER_NOT_FOUND, ProblemType.MOVE_NOT_OPEN, ProblemType.ORDER_CHANGED})
    @Operation(
            operationId = "holdOrder",
            summary = "Hold an order",
            description = "Allowed until the order is shipped or cancelled; while it is on hold it is not shipped. A "
                    + "repeat returns the order.")
    @APIResponse(
            responseCode = "200",
            description = "The order is on hold",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> hold(
            @PathParam("number") String number, @BeanParam IfMatch ifMatch, HoldSubmission submission) {
        return endpoint.conditional(
                ifMatch,
                tags -> endpoint.answer(
                        "hold-order",
                        number,
                        holdOrder.hold(caller.subject(), number, submission.reason(), Precondition.of(tags)),
                        OrderLifeResource::toAnswer));
    }

    @POST
    @Path("/release")
    @RolesAllowed(Role.SUPPORT)
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.ORDER_NOT_FOUND, ProblemType.ORDER_CHANGED})
    @Operation(
            operationId = "releaseOrder",
            summary = "Release an order",
            description = "Ends every hold of the order, also those of disputes and suspected duplicates. A repeat "
                    + "returns the order.")
    @APIResponse(
            responseCode = "200",
            description = "Nothing holds the order",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> release(
            @PathParam("number") String number, @BeanParam IfMatch ifMatch, HoldSubmission submission) {
        return endpoint.conditional(
                ifMatch,
                tags -> endpoint.answer(
                        "release-order",
                        number,
                        holdOrder.release(caller.subject(), number, submission.reason(), Precondition.of(tags)),
                        OrderLifeResource::toAnswer));
    }

    private static Answer toAnswer(Holding holding) {
        return switch (holding) {
            case Holding.Invalid(var violations) -> Problem.ofBody(violations);
            case Holding.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
            case Holding.Changed(Order current) -> OrderView.changed(current);
            case Holding.NotOpen(Order current) -> OrderView.notOpen(current);
            case Holding.AlreadyDone(Order order) ->
                Reply.replayed(OrderView.forSupport(order)).tagged(order.version());
            case Holding.Done(Order order) ->
                Reply.ok(OrderView.forSupport(order)).tagged(order.version());
        };
    }

    /** The JSON form of an event. */
    @Schema(name = "OrderEvent")
    record EventView(
            @Schema(required = true, description = "1, 2, 3, … without gaps")
            int sequence,

            @Schema(required = true, examples = "PAID") String kind,
            @Schema(required = true) Instant at,

            @Schema(
                    required = true,
                    description = "Actor and cause: by, for, guest, reason, duplicateOf, payment, hold, refund, amount")
            Map<String, String> detail) {

        static EventView of(OrderEvent event) {
            return new EventView(event.sequence(), event.kind(), event.at(), event.detail());
        }
    }

    /** The JSON form of a page of events. */
    @Schema(name = "OrderEvents")
    record EventsView(
            @Schema(required = true) List<EventView> events,

            @Schema(nullable = true, required = true, description = PageParameters.NEXT) @Nullable Integer after) {}

    @GET
    @Path("/events")
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT, Role.SERVICE})
    @OnBehalf
    @Refusals(ProblemType.ORDER_NOT_FOUND)
    @Operation(
            operationId = "listEvents",
            summary = "List the events of an order, oldest first",
            description = "Buyers see the events of their own orders; merchant and support those of every order.")
    @APIResponse(
            responseCode = "200",
            description = "One page",
            content = @Content(schema = @Schema(implementation = EventsView.class)))
    public Uni<Response> events(
            @PathParam("number") String number,
            @Parameter(
                            description = PageParameters.AFTER,
                            schema = @Schema(type = SchemaType.INTEGER, minimum = "0", defaultValue = "0"))
                    @DefaultValue("0")
                    @QueryParam("after")
                    String after,
            @Parameter(
                            description = PageParameters.LIMIT,
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "100",
                                            defaultValue = "100"))
                    @DefaultValue("100")
                    @QueryParam("limit")
                    String limit) {
        Optional<Buyer> buyer = caller.isStaff() ? Optional.empty() : Optional.of(caller.buyer());
        Function<OrderEvent, EventView> view = event ->
                EventView.of(buyer.map(owner -> event.forBuyer(owner.subject())).orElseGet(event::forStaff));
        return endpoint.answer(
                "list-events",
                number,
                findOrder
                        .forCaller(caller, number)
                        .chain(found -> listEvents.of(found, Parameters.whole(after), Parameters.whole(limit))),
                history -> switch (history) {
                    case History.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
                    case History.BadParameter(String why) -> Problem.ofParameter(why);
                    case History.Page(var events, var next) ->
                        Reply.ok(new EventsView(events.stream().map(view).toList(), next.orElse(null)));
                });
    }
}
