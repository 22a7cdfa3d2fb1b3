package dev.orderonce.orders;

import dev.orderonce.admission.Limit;
import dev.orderonce.admission.Limits;
import dev.orderonce.http.Accepted;
import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.EntityTags;
import dev.orderonce.http.Headers;
import dev.orderonce.http.OnBehalf;
import dev.orderonce.http.PageLinks;
import dev.orderonce.http.PageParameters;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Quota;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.http.RequestEnd;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.orders.ExportOrders.Export;
import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.orders.ListOrders.Listing;
import dev.orderonce.orders.SearchOrders.Result;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The placing, finding and listing of orders over HTTP. */
@Path("/orders")
@Tag(name = "Orders", description = "Place, find, fulfil and hold orders")
@Produces(MediaType.APPLICATION_JSON)
class OrdersResource {
    /** As every other response has it. */
    private static final String JSON = MediaType.APPLICATION_JSON + ";charset=UTF-8";

    /** The media types of lists; the first is that of a request without {@code Accept}. */
    private static final List<String> LISTS =
            List.of(MediaType.APPLICATION_JSON, ExportFormat.NDJSON, ExportFormat.CSV);

    private final Caller caller;
    private final PlaceOrder placeOrder;
    private final FindOrder findOrder;
    private final ListOrders listOrders;
    private final SearchOrders searchOrders;
    private final ExportOrders exportOrders;
    private final ExportFormat exportFormat;
    private final Limits limits;
    private final Endpoint endpoint;

    OrdersResource(
            Caller caller,
            PlaceOrder placeOrder,
            FindOrder findOrder,
            ListOrders listOrders,
            SearchOrders searchOrders,
            ExportOrders exportOrders,
            ExportFormat exportFormat,
            Limits limits,
            Endpoint endpoint) {
        this.caller = caller;
        this.placeOrder = placeOrder;
        this.findOrder = findOrder;
        this.listOrders = listOrders;
        this.searchOrders = searchOrders;
        this.exportOrders = exportOrders;
        this.exportFormat = exportFormat;
        this.limits = limits;
        this.endpoint = endpoint;
    }

    @POST
    @RolesAllowed({Role.BUYER, Role.SERVICE})
    @OnBehalf
    @Consumes(MediaType.APPLICATION_JSON) // not for the class: a GET may have any Content-Type
    @Refusals({
        ProblemType.NUMBER_MISSING,
        ProblemType.NUMBER_AND_KEY,
        ProblemType.KEY_UNUSABLE,
        ProblemType.KEY_COLLIDES,
        ProblemType.KEY_VOIDED,
        ProblemType.KEY_IN_FLIGHT,
        ProblemType.NUMBER_UNKNOWN,
        ProblemType.NUMBER_EXPIRED,
        ProblemType.NUMBER_VOIDED,
        ProblemType.NUMBER_FORGOTTEN,
        ProblemType.ORDER_DIFFERS,
        ProblemType.CHECKOUT_COMPLETED,
        ProblemType.CHECKOUT_DIFFERS,
        ProblemType.REFERENCE_TAKEN,
        ProblemType.LIMIT_REACHED,
        ProblemType.LARGE_AMOUNT,
        ProblemType.LOOKALIKE
    })
    @Operation(
            operationId = "placeOrder",
            summary = "Place an order",
            description = "Under an issued order number or under an idempotency key. The first request creates the "
                    + "order: 201. Every repeat is a read that returns the same order: 200, `duplicated: true`. "
                    + "If there is no response, the outcome is unknown: repeat the request under the same number "
                    + "or key. That is safe at any time: a number or key belongs to its order as long as the "
                    + "order exists.")
    @APIResponse(
            responseCode = "201",
            description = "The order is created",
            headers =
                    @Header(
                            name = "Location",
                            description = "The path of the order",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    @APIResponse(
            responseCode = "200",
            description = "An earlier request created the order: under this number or key, or under another number of "
                    + "the same checkout",
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    public Uni<Response> place(
            @Parameter(
                            name = Headers.IDEMPOTENCY_KEY,
                            in = ParameterIn.HEADER,
                            description =
                                    "Instead of `orderNumber`, for clients that cannot get a number first: 20 to 255 visible "
                                            + "ASCII characters, new for each order and kept for its repeats. A string of structured "
                                            + "fields (`\"…\"`) or the bare characters. Keys are per buyer and do not expire",
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam(Headers.IDEMPOTENCY_KEY)
                    List<String> keys,
            OrderSubmission submission) {
        Buyer buyer = caller.buyer();
        return endpoint.answer(
                "place",
                placement -> numberOf(placement, submission),
                placeOrder.place(buyer, caller.actor(), keys, submission),
                placement -> toAnswer(placement).within(left(buyer, placement)));
    }

    /** What is left of the limits: that of wrong numbers matters to a client that has sent one. */
    private Quota left(Buyer buyer, Placement placement) {
        Quota placed = limits.left(Limit.ORDERS_PLACED, buyer);
        return placement instanceof Placement.NotYours ? placed.and(limits.left(Limit.NUMBERS_WRONG, buyer)) : placed;
    }

    /** The number for logs and traces: the one in the request, or that of the order under the idempotency key. */
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

    private Answer toAnswer(Placement placement) {
        return switch (placement) {
            case Placement.NoNumber _ -> Problem.of(ProblemType.NUMBER_MISSING);
            case Placement.NumberAndKey _ -> Problem.of(ProblemType.NUMBER_AND_KEY);
            case Placement.KeyUnusable(String why) -> Problem.ofKey(why);
            case Placement.Invalid(var violations) -> Problem.ofBody(violations);
            case Placement.NotYours _ -> Problem.of(ProblemType.NUMBER_UNKNOWN);
            case Placement.KeyCollides _ -> Problem.of(ProblemType.KEY_COLLIDES);
            case Placement.KeyVoided _ -> Problem.of(ProblemType.KEY_VOIDED);
            case Placement.Mismatch(Order order, var differences) ->
                Problem.of(ProblemType.ORDER_DIFFERS)
                        .with("number", order.number().shown())
                        .with("order", path(order))
                        .with("mismatch", differences);
            case Placement.CheckoutCompleted(Order order, var differences) ->
                Problem.of(ProblemType.CHECKOUT_COMPLETED)
                        .with("checkout", order.content().checkout().orElseThrow())
                        .with("order", path(order))
                        .with("mismatch", differences);
            case Placement.ReferenceTaken(var own) -> {
                Problem taken = Problem.of(ProblemType.REFERENCE_TAKEN);
                yield own.map(number -> taken.with("order", "/orders/" + number.shown()))
                        .orElse(taken);
            }
            case Placement.OtherCheckout _ -> Problem.of(ProblemType.CHECKOUT_DIFFERS);
            case Placement.AlreadyPlaced(Order order) ->
                Reply.replayed(OrderView.of(order, true)).tagged(order.version());
            case Placement.NumberSpent(var number, VoidReason why) ->
                Problem.of(spent(why)).with("number", number.shown());
            case Placement.InFlight _ -> endpoint.withRetryAfter(Problem.of(ProblemType.KEY_IN_FLIGHT));
            case Placement.Limited(var excess) -> excess.toProblem();
            case Placement.LargeAmount(var total) ->
                Problem.of(ProblemType.LARGE_AMOUNT)
                        .with("currency", total.currency().getCurrencyCode())
                        .with("total", total.minor());
            case Placement.Lookalike(Order earlier, var age) ->
                lookalike(earlier.number())
                        .with("state", earlier.state())
                        .with("placedAt", earlier.placedAt().toString())
                        .with("age", age.toSeconds());
            case Placement.LookalikeInFlight(OrderNumber earlier) -> endpoint.withRetryAfter(lookalike(earlier));
            case Placement.Placed(Order order) ->
                Reply.created(OrderView.of(order, false), path(order)).tagged(order.version());
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
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT, Role.SERVICE})
    @OnBehalf
    @Refusals(ProblemType.ORDER_NOT_FOUND)
    @Operation(
            operationId = "findOrder",
            summary = "Get an order",
            description = "Buyers see their own orders; merchant and support see every order.")
    @APIResponse(
            responseCode = "200",
            description = "The order",
            headers =
                    @Header(
                            name = HttpHeaders.ETAG,
                            description = "The version of the order, for `If-None-Match` and `If-Match`",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = OrderView.class)))
    @APIResponse(responseCode = "304", description = "The client has this version")
    public Uni<Response> find(
            @PathParam("number") String number,
            @Parameter(
                            name = HttpHeaders.IF_NONE_MATCH,
                            in = ParameterIn.HEADER,
                            description = "The `ETag` of the order as the client knows it",
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam(HttpHeaders.IF_NONE_MATCH)
                    List<String> known) {
        return switch (EntityTags.read(known)) {
            case EntityTags.Reading.Absent _ -> find(number, Optional.empty());
            case EntityTags.Reading.Malformed _ -> endpoint.refuse(Problem.ofEntityTags(HttpHeaders.IF_NONE_MATCH));
            case EntityTags.Reading.Present(EntityTags tags) -> find(number, Optional.of(tags));
        };
    }

    private Uni<Response> find(String number, Optional<EntityTags> known) {
        return endpoint.answer("find-order", number, findOrder.forCaller(caller, number), found -> switch (found) {
            case Finding.Absent _ -> Problem.of(ProblemType.ORDER_NOT_FOUND);
            case Finding.Found(Order order) -> {
                boolean isKnown =
                        known.filter(tags -> tags.matchWeakly(order.version())).isPresent();
                yield (isKnown
                                ? Reply.notModified()
                                : Reply.ok(caller.isSupport() ? OrderView.forSupport(order) : OrderView.of(order)))
                        .tagged(order.version());
            }
        });
    }

    /** The JSON form of a page of a buyer's orders. */
    @Schema(name = "Orders")
    @RegisterForReflection // one of two forms of a response, where a native build does not find it
    record OrdersView(
            @Schema(required = true) List<OrderView> orders,

            @Schema(nullable = true, required = true, description = PageParameters.NEXT) @Nullable String after) {}

    /** The JSON form of a page of the orders that staff search. */
    @Schema(name = "OrderSummaries")
    @RegisterForReflection // as OrdersView
    record OrderSummariesView(
            @Schema(required = true) List<OrderSummaryView> orders,

            @Schema(nullable = true, required = true, description = PageParameters.NEXT) @Nullable String after) {}

    @GET
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT, Role.SERVICE})
    @OnBehalf
    @Produces({MediaType.APPLICATION_JSON, ExportFormat.NDJSON, ExportFormat.CSV})
    @Refusals(ProblemType.LIMIT_REACHED)
    @Operation(
            operationId = "listOrders",
            summary = "List orders, newest first",
            description = "Buyers list their own orders, whole. Merchant and support search the orders of all buyers, "
                    + "without lines. The orders of one buyer or with one reference, those on hold, those in CREATED, and "
                    + "those in PAYING or REFUNDING are in the order in which they were placed; others are in the order of their numbers, which begin with the "
                    + "time of issue, and those that were placed under an "
                    + "`Idempotency-Key` follow, because their numbers have no time. A page of a search can have fewer "
                    + "orders than `limit`, or none, and still an `after`: continue there. A caller who is a buyer and "
                    + "staff searches if the request has a parameter of staff, and else lists their own orders. With "
                    + "`Accept: application/x-ndjson` or `text/csv` merchant and support get all orders of a search in one "
                    + "response: one object of `OrderSummaries` on each line, or a header and an order on each line "
                    + "(RFC 4180). A response without its last chunk is incomplete: continue with `after` and the last "
                    + "number.")
    @APIResponse(
            responseCode = "200",
            description = "One page: `Orders` for buyers, `OrderSummaries` for merchant and support",
            headers =
                    @Header(
                            name = HttpHeaders.LINK,
                            description = "The next page, `rel=\"next\"`; absent on the last page",
                            schema = @Schema(type = SchemaType.STRING)),
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(anyOf = {OrdersView.class, OrderSummariesView.class})),
                @Content(mediaType = ExportFormat.NDJSON),
                @Content(mediaType = ExportFormat.CSV)
            })
    public Uni<Response> list(
            @BeanParam OrderSearchParameters search, @BeanParam PageParameters page, @Context RoutingContext context) {
        Optional<String> mediaType = Accepted.best(context.request().headers().getAll(HttpHeaders.ACCEPT), LISTS);
        if (mediaType.isEmpty()) {
            return endpoint.refuse(Problem.of(ProblemType.NOT_ACCEPTABLE));
        }
        return switch (mediaType.get()) {
            case ExportFormat.NDJSON -> export(search, page, context, exportFormat::json);
            case ExportFormat.CSV -> export(search, page, context, exportFormat::csv);
            default -> listPage(search, page, context);
        };
    }

    private Uni<Response> export(
            OrderSearchParameters parameters,
            PageParameters page,
            RoutingContext context,
            Function<Multi<List<OrderSummary>>, Reply> format) {
        if (!caller.isStaff()) {
            return endpoint.refuse(Problem.of(ProblemType.NOT_ALLOWED));
        }
        if (context.request().getParam("limit") != null) {
            return endpoint.refuse(
                    Problem.ofParameter("\"limit\" is for pages: an export has all orders of a search."));
        }
        if (!exportOrders.acquire()) {
            return refused(Problem.of(ProblemType.OVERLOADED));
        }
        RequestEnd.whenDone(context, exportOrders::release);
        return endpoint.answer(
                "export-orders", "", exportOrders.export(parameters, page.after()), export -> switch (export) {
                    case Export.BadParameter(String why) -> Problem.ofParameter(why);
                    case Export.Begun(var pages) -> format.apply(pages);
                });
    }

    private Uni<Response> listPage(OrderSearchParameters search, PageParameters page, RoutingContext context) {
        if (caller.isStaff() && (!caller.isBuyer() || search.isAnyPresent())) {
            return search(search, page, context);
        }
        return caller.isBuyer() && search.isAnyPresent()
                ? endpoint.refuse(Problem.ofParameter(
                        "A buyer's list has the parameters \"after\" and \"limit\"; the others are for merchant and "
                                + "support."))
                : listOwn(page, context);
    }

    private Uni<Response> search(OrderSearchParameters parameters, PageParameters page, RoutingContext context) {
        return endpoint.answer(
                "search-orders",
                "",
                searchOrders.search(parameters, page.after(), page.limit()),
                result -> switch (result) {
                    case Result.BadParameter(String why) -> Problem.ofParameter(why);
                    case Result.Page(var orders, var next) ->
                        linked(
                                new OrderSummariesView(
                                        orders.stream()
                                                .map(OrderSummaryView::of)
                                                .toList(),
                                        next.map(Object::toString).orElse(null)),
                                next,
                                context);
                });
    }

    /** With its media type: the framework selects none of several for a response that is made here. */
    private static Reply linked(Object page, Optional<OrderNumber> next, RoutingContext context) {
        Reply reply = Reply.ok(page).with(HttpHeaders.CONTENT_TYPE, JSON);
        return next.map(after -> reply.with(HttpHeaders.LINK, PageLinks.next(context.request(), after.toString())))
                .orElse(reply);
    }

    private Uni<Response> listOwn(PageParameters page, RoutingContext context) {
        Buyer buyer = caller.buyer();
        switch (listOrders.concurrency().acquire(buyer)) {
            case ACQUIRED ->
                RequestEnd.whenTaken(context, () -> listOrders.concurrency().release(buyer));
            case BUYER_FULL -> {
                return refused(listOrders.concurrency().toProblem());
            }
            case FULL -> {
                return refused(Problem.of(ProblemType.OVERLOADED));
            }
        }
        Quota left = listOrders.concurrency().left(buyer);
        return endpoint.answer(
                "list-orders",
                "",
                listOrders.list(buyer, page.after(), page.limit()),
                listing -> toAnswer(listing, context).within(left));
    }

    private static Answer toAnswer(Listing listing, RoutingContext context) {
        return switch (listing) {
            case Listing.BadParameter(String why) -> Problem.ofParameter(why);
            case Listing.Page(var orders, var next) ->
                linked(
                        new OrdersView(
                                orders.stream().map(OrderView::of).toList(),
                                next.map(Object::toString).orElse(null)),
                        next,
                        context);
        };
    }

    private Uni<Response> refused(Problem problem) {
        return endpoint.refuse(endpoint.withRetryAfter(problem));
    }

    private static String path(Order order) {
        return "/orders/" + order.number().shown();
    }
}
