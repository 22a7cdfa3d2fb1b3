package dev.orderonce.issuing;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.admission.Limit;
import dev.orderonce.admission.Limits;
import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.OnBehalf;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Order numbers over HTTP. */
@Path("/order-numbers")
@Tag(name = "Order numbers", description = "A number for each checkout, under which one order can be placed")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Role.BUYER, Role.SERVICE})
@OnBehalf
class OrderNumbersResource {
    private static final String CHECKOUT =
            "The page's own id of this checkout. The same checkout gets the same number until an order is placed under it "
                    + "or it is retired. Always send it, so that a reload cannot lead to a second order.";

    private final Caller caller;
    private final IssueNumber issueNumber;
    private final FindNumber findNumber;
    private final VoidNumber voidNumber;
    private final Validity validity;
    private final Limits limits;
    private final Endpoint endpoint;

    OrderNumbersResource(
            Caller caller,
            IssueNumber issueNumber,
            FindNumber findNumber,
            VoidNumber voidNumber,
            Validity validity,
            Limits limits,
            Endpoint endpoint) {
        this.caller = caller;
        this.issueNumber = issueNumber;
        this.findNumber = findNumber;
        this.voidNumber = voidNumber;
        this.validity = validity;
        this.limits = limits;
        this.endpoint = endpoint;
    }

    /** A number's state as it goes over the wire. */
    enum State {
        ISSUED,
        PLACED,
        VOIDED,
        EXPIRED
    }

    /** A number as it goes over the wire. */
    @Schema(name = "OrderNumber")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record NumberView(
            @Schema(examples = "0K3M7Q-XW52TB-9H4NRC", required = true)
            String number,

            @Schema(required = true) State state,

            @Schema(
                    nullable = true,
                    description = "Not present in the number of an order that was placed under an Idempotency-Key")
            @Nullable Instant issuedAt,

            @Schema(
                    nullable = true,
                    description = "Not present in the number of an order that was placed under an Idempotency-Key")
            @Nullable Instant expiresAt,

            @Schema(nullable = true, description = "The path of the order, if the state is PLACED") @Nullable String order) {}

    @GET
    @Refusals({ProblemType.PREFETCH_REFUSED, ProblemType.LIMIT_REACHED})
    @Operation(
            operationId = "issueNumber",
            summary = "Get the order number of a checkout",
            description = "Call it when the checkout page loads, and keep the number before you send the order.")
    @APIResponse(
            responseCode = "200",
            description = "A number to place an order under, or the number of the order that this checkout placed",
            content = @Content(schema = @Schema(implementation = NumberView.class)))
    public Uni<Response> issue(
            @Parameter(
                            description = CHECKOUT,
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            minLength = 1,
                                            maxLength = IssueNumber.LONGEST_CHECKOUT))
                    @QueryParam("checkout")
                    @Nullable String checkout,
            @Context HttpServerRequest request) {
        if (isPrefetch(request)) {
            return endpoint.refuse(Problem.of(ProblemType.PREFETCH_REFUSED));
        }
        // The framework reads an empty parameter as a missing one; a page whose id is empty must be refused.
        Buyer buyer = caller.buyer();
        Uni<Issue> issuing = checkout == null && !request.params().contains("checkout")
                ? issueNumber.issue(buyer)
                : issueNumber.issue(buyer, Objects.requireNonNullElse(checkout, ""));
        return endpoint.answer(
                "issue",
                OrderNumbersResource::number,
                issuing,
                issue -> toAnswer(issue)
                        .within(limits.left(Limit.NUMBERS_ISSUED, buyer)
                                .and(limits.left(Limit.NUMBERS_OUTSTANDING, buyer))));
    }

    /**
     * Whether a browser loads the page in advance, before a buyer opens it.
     *
     * @see <a href="https://fetch.spec.whatwg.org/#sec-purpose-header">Fetch, Sec-Purpose</a>
     */
    private static boolean isPrefetch(HttpServerRequest request) {
        String purpose = request.getHeader("Sec-Purpose");
        return purpose != null && purpose.startsWith("prefetch");
    }

    @HEAD
    @Operation(operationId = "headNumber", summary = "Return the headers of GET", description = "Issues no number.")
    @APIResponse(responseCode = "200", description = "Without a body")
    public Response head(
            @Parameter(description = CHECKOUT, schema = @Schema(type = SchemaType.STRING))
                    @QueryParam("checkout")
                    @Nullable String checkout) {
        return Reply.head(MediaType.APPLICATION_JSON).toResponse();
    }

    @POST
    @Refusals({ProblemType.PREFETCH_REFUSED, ProblemType.LIMIT_REACHED})
    @Operation(
            operationId = "issueNumberByPost",
            summary = "Get the order number of a checkout, by POST",
            description = "The same as GET, for clients behind a proxy that repeats or caches GET requests.")
    @APIResponse(
            responseCode = "200",
            description = "A number to place an order under, or the number of the order that this checkout placed",
            content = @Content(schema = @Schema(implementation = NumberView.class)))
    public Uni<Response> issueByPost(
            @Parameter(
                            description = CHECKOUT,
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            minLength = 1,
                                            maxLength = IssueNumber.LONGEST_CHECKOUT))
                    @QueryParam("checkout")
                    @Nullable String checkout,
            @Context HttpServerRequest request) {
        return issue(checkout, request);
    }

    private static String number(Issue issue) {
        return switch (issue) {
            case Issue.Issued(OrderNumber number) -> number.shown();
            case Issue.AlreadyPlaced(OrderNumber number) -> number.shown();
            case Issue.BadCheckout _ -> "";
            case Issue.Limited _ -> "";
        };
    }

    private Answer toAnswer(Issue issue) {
        return switch (issue) {
            case Issue.BadCheckout(String why) -> Problem.ofParameter(why);
            case Issue.Limited(var excess) -> excess.toProblem();
            case Issue.Issued(OrderNumber number) -> ok(number, State.ISSUED);
            case Issue.AlreadyPlaced(OrderNumber number) -> ok(number, State.PLACED);
        };
    }

    @GET
    @Path("/{number}")
    @Refusals({ProblemType.NUMBER_NOT_FOUND, ProblemType.LIMIT_REACHED})
    @Operation(
            operationId = "findNumber",
            summary = "Find the state of an order number",
            description = "The authoritative answer to \"was an order placed under it?\". PLACED, VOIDED and EXPIRED "
                    + "are final; after VOIDED and EXPIRED it is safe to take a new number.")
    @APIResponse(
            responseCode = "200",
            description = "The state of the number",
            content = @Content(schema = @Schema(implementation = NumberView.class)))
    public Uni<Response> find(@PathParam("number") String written) {
        Buyer buyer = caller.buyer();
        return endpoint.answer(
                "find-number",
                written,
                findNumber.find(buyer, written),
                state -> toAnswer(state).within(limits.left(Limit.NUMBERS_WRONG, buyer)));
    }

    private Answer toAnswer(NumberState state) {
        return switch (state) {
            case NumberState.Unknown _ -> Problem.of(ProblemType.NUMBER_NOT_FOUND);
            case NumberState.Limited(var excess) -> excess.toProblem();
            case NumberState.Issued(OrderNumber number) -> ok(number, State.ISSUED);
            case NumberState.Placed(OrderNumber number) -> ok(number, State.PLACED);
            case NumberState.Voided(OrderNumber number) -> ok(number, State.VOIDED);
            case NumberState.Expired(OrderNumber number) -> ok(number, State.EXPIRED);
        };
    }

    @DELETE
    @Path("/{number}")
    @Refusals({ProblemType.NUMBER_NOT_FOUND, ProblemType.NUMBER_ALREADY_PLACED, ProblemType.LIMIT_REACHED})
    @Operation(
            operationId = "voidNumber",
            summary = "Void an order number",
            description = "Retires the number without an order. Call it before taking a new number while the outcome "
                    + "of an order under the old one is unknown: the response says whether an order exists, and "
                    + "that is final.")
    @APIResponse(
            responseCode = "200",
            description = "The number is retired: no order exists under it, and none can be placed",
            content = @Content(schema = @Schema(implementation = NumberView.class)))
    public Uni<Response> voidNumber(@PathParam("number") String written) {
        Buyer buyer = caller.buyer();
        return endpoint.answer(
                "void",
                written,
                voidNumber.voidNumber(buyer, written),
                voiding -> toAnswer(voiding).within(limits.left(Limit.NUMBERS_WRONG, buyer)));
    }

    private Answer toAnswer(Voiding voiding) {
        return switch (voiding) {
            case Voiding.Unknown _ -> Problem.of(ProblemType.NUMBER_NOT_FOUND);
            case Voiding.Limited(var excess) -> excess.toProblem();
            case Voiding.Voided(OrderNumber number) -> ok(number, State.VOIDED);
            case Voiding.Expired(OrderNumber number) -> ok(number, State.EXPIRED);
            case Voiding.PlacedFirst(OrderNumber number) ->
                Problem.of(ProblemType.NUMBER_ALREADY_PLACED)
                        .with("number", number.shown())
                        .with("order", path(number));
        };
    }

    private Reply ok(OrderNumber number, State state) {
        boolean isIssued = number.isIssuable();
        NumberView view = new NumberView(
                number.shown(),
                state,
                isIssued ? number.issuedAt() : null,
                isIssued ? validity.expiresAt(number) : null,
                state == State.PLACED ? path(number) : null);
        return Reply.ok(view);
    }

    private static String path(OrderNumber number) {
        return "/orders/" + number.shown();
    }
}
