package dev.orderonce.orders;

import dev.orderonce.http.HttpSettings;
import dev.orderonce.http.Outcomes;
import dev.orderonce.http.Parameters;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.RequestEnd;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.orders.ListOrders.Listing;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Orders over HTTP: translates, decides nothing. */
@Path("/orders")
@Produces(MediaType.APPLICATION_JSON)
class OrdersResource {
    private static final String KEY = "Idempotency-Key";
    private static final String REPLAYED = "Idempotent-Replayed";

    private final Caller caller;
    private final PlaceOrder placeOrder;
    private final FindOrder findOrder;
    private final ListOrders listOrders;
    private final HttpSettings http;
    private final Outcomes outcomes;

    OrdersResource(
            Caller caller,
            PlaceOrder placeOrder,
            FindOrder findOrder,
            ListOrders listOrders,
            HttpSettings http,
            Outcomes outcomes) {
        this.caller = caller;
        this.placeOrder = placeOrder;
        this.findOrder = findOrder;
        this.listOrders = listOrders;
        this.http = http;
        this.outcomes = outcomes;
    }

    @POST
    @RolesAllowed(Role.BUYER)
    @Consumes(MediaType.APPLICATION_JSON) // not for the class: a GET may say anything of its body
    @Operation(
            operationId = "placeOrder",
            summary = "Place an order under an issued number, or under a key of the client's own",
            description =
                    "The first time the order is made: 201. Every repeat is a read that returns the same order: 200, "
                            + "`duplicated: true`. Without an answer the outcome is unknown: repeat under the same "
                            + "number or key. There is no time after which a repeat would make a second order: number "
                            + "and key stand for the order as long as it exists.")
    @APIResponse(
            responseCode = "201",
            description = "The order stands, by this request",
            headers =
                    @Header(
                            name = "Location",
                            description = "Where the order is",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The order stands already, by an earlier request",
            headers =
                    @Header(
                            name = "Idempotent-Replayed",
                            description = "true",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> place(
            @Parameter(
                            name = KEY,
                            in = ParameterIn.HEADER,
                            description =
                                    "In place of `orderNumber`, for callers that cannot fetch one first: a key of the "
                                            + "client's own, 20 to 255 visible ASCII characters, made anew for each "
                                            + "order and kept for its repeats. A string as structured fields have it "
                                            + "(`\"…\"`) or the bare characters. It is the buyer's own: others may "
                                            + "use the same. It is never forgotten",
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam(KEY)
                    List<String> keys,
            OrderSubmission submission) {
        if (submission == null) {
            return Uni.createFrom().item(Problem.of(ProblemType.BODY_UNREADABLE).toResponse());
        }
        return placeOrder
                .place(caller.buyer(), keys, submission)
                .plug(ending -> outcomes.time("place", placement -> numberOf(placement, submission), ending))
                .map(this::toResponse);
    }

    /**
     * What is looked for in logs and traces: the number that was sent, or that a key stands for.
     */
    private static String numberOf(Placement placement, OrderSubmission submission) {
        if (submission.orderNumber() != null) {
            return submission.orderNumber();
        }
        if (placement instanceof Placement.Placed(Order order)) {
            return order.number().shown();
        }
        if (placement instanceof Placement.AlreadyPlaced(Order order)) {
            return order.number().shown();
        }
        return "";
    }

    private Response toResponse(Placement placement) {
        return switch (placement) {
            case Placement.NoNumber _ -> Problem.of(ProblemType.NUMBER_MISSING).toResponse();
            case Placement.NumberAndKey _ ->
                Problem.of(ProblemType.NUMBER_AND_KEY).toResponse();
            case Placement.KeyUnusable(String why) ->
                Problem.of(ProblemType.KEY_UNUSABLE, "The Idempotency-Key cannot be used: " + why + ".")
                        .toResponse();
            case Placement.Invalid(var violations) ->
                Problem.of(ProblemType.BODY_INVALID)
                        .with("violations", violations)
                        .toResponse();
            case Placement.NotYours _ -> Problem.of(ProblemType.NUMBER_UNKNOWN).toResponse();
            case Placement.KeyCollides _ -> Problem.of(ProblemType.KEY_COLLIDES).toResponse();
            case Placement.Mismatch(Order order, var differences) ->
                Problem.of(ProblemType.ORDER_DIFFERS)
                        .with("number", order.number().shown())
                        .with("order", path(order))
                        .with("mismatch", differences)
                        .toResponse();
            case Placement.AlreadyPlaced(Order order) ->
                ok(OrderView.of(order, true)).header(REPLAYED, "true").build();
            case Placement.NumberSpent(var number, VoidReason why) ->
                Problem.of(spent(why)).with("number", number.shown()).toResponse();
            case Placement.InFlight _ ->
                Problem.of(ProblemType.KEY_IN_FLIGHT).after(http.retryDelay()).toResponse();
            case Placement.Limited(var excess) -> excess.toProblem().toResponse();
            case Placement.LargeAmount(var total) ->
                Problem.of(ProblemType.LARGE_AMOUNT)
                        .with("currency", total.currency().getCurrencyCode())
                        .with("total", total.minor())
                        .toResponse();
            case Placement.Lookalike(Order earlier, var age) ->
                lookalike(earlier.number())
                        .with("state", earlier.state())
                        .with("placedAt", earlier.placedAt().toString())
                        .with("age", age.toSeconds())
                        .toResponse();
            case Placement.LookalikeInFlight(OrderNumber earlier) ->
                lookalike(earlier).after(http.retryDelay()).toResponse();
            case Placement.Placed(Order order) ->
                Response.status(Response.Status.CREATED)
                        .header(HttpHeaders.LOCATION, path(order))
                        .header(HttpHeaders.CACHE_CONTROL, "no-store")
                        .entity(OrderView.of(order, false))
                        .build();
        };
    }

    private static Problem lookalike(OrderNumber earlier) {
        return Problem.of(ProblemType.LOOKALIKE)
                .with("earlier", earlier.shown())
                .with("order", "/orders/" + earlier.shown());
    }

    private static ProblemType spent(VoidReason why) {
        return switch (why) {
            case EXPIRED -> ProblemType.NUMBER_EXPIRED;
            case VOIDED -> ProblemType.NUMBER_VOIDED;
            case NOT_CACHED -> ProblemType.NUMBER_FORGOTTEN;
        };
    }

    @GET
    @Path("/{number}")
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Operation(
            operationId = "findOrder",
            summary = "One order",
            description = "A buyer sees their own; merchant and support see every order.")
    @APIResponse(
            responseCode = "200",
            description = "The order as it is now",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> find(@PathParam("number") String number) {
        Uni<Finding> finding =
                caller.isStaff() ? findOrder.ofAnybody(number) : findOrder.ofBuyer(caller.buyer(), number);
        return finding.plug(ending -> outcomes.time("find-order", number, ending))
                .map(found -> switch (found) {
                    case Finding.Absent _ ->
                        Problem.of(ProblemType.ORDER_NOT_FOUND).toResponse();
                    case Finding.Found(Order order) -> ok(OrderView.of(order)).build();
                });
    }

    /** A page of orders as it goes over the wire. */
    @Schema(name = "Orders")
    record OrdersView(
            @Schema(required = true) List<OrderView> orders,

            @Schema(nullable = true, required = true, description = "Where to go on; null on the last page") @Nullable String after) {}

    @GET
    @RolesAllowed(Role.BUYER)
    @Operation(operationId = "listOrders", summary = "The buyer's own orders, newest first")
    @APIResponse(
            responseCode = "200",
            description = "One page",
            content = @Content(schema = @Schema(implementation = OrdersView.class)))
    public Uni<Response> list(
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
                    String limit,
            @Context RoutingContext context) {
        Buyer buyer = caller.buyer();
        switch (listOrders.room().take(buyer)) {
            case TAKEN -> RequestEnd.whenTaken(context, () -> listOrders.room().giveBack(buyer));
            case BUYER_FULL -> {
                return busy(Problem.of(ProblemType.LIMIT_REACHED).with("limit", "orders-listed"));
            }
            case FULL -> {
                return busy(Problem.of(ProblemType.OVERLOADED));
            }
        }
        return listOrders
                .list(buyer, after, Parameters.whole(limit))
                .plug(ending -> outcomes.time("list-orders", "", ending))
                .map(listing -> switch (listing) {
                    case Listing.BadParameter(String why) ->
                        Problem.of(ProblemType.PARAMETER_INVALID, why).toResponse();
                    case Listing.Page(var orders, var next) ->
                        ok(new OrdersView(
                                        orders.stream().map(OrderView::of).toList(),
                                        next.map(Object::toString).orElse(null)))
                                .build();
                });
    }

    private Uni<Response> busy(Problem problem) {
        return Uni.createFrom().item(problem.after(http.retryDelay()).toResponse());
    }

    private static String path(Order order) {
        return "/orders/" + order.number().shown();
    }

    private static Response.ResponseBuilder ok(Object entity) {
        return Response.ok(entity).header(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
