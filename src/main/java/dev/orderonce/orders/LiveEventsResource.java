package dev.orderonce.orders;

import dev.orderonce.events.LiveEvents;
import dev.orderonce.events.LiveMessage;
import dev.orderonce.events.LogPosition;
import dev.orderonce.events.PublishedEvent;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Headers;
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
import dev.orderonce.work.LiveWork;
import dev.orderonce.work.Work;
import dev.orderonce.work.WorkMessage;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/** The events of a buyer's orders as they happen, and what waits for staff, as server-sent events. */
@Path("/events")
@Tag(name = "Live events", description = "What happens, as server-sent events")
class LiveEventsResource {
    private static final String FOR = "for";
    private static final String STAFF = "staff";

    private final Caller caller;
    private final LiveEvents liveEvents;
    private final LiveWork liveWork;
    private final EventIds ids;
    private final Endpoint endpoint;

    LiveEventsResource(Caller caller, LiveEvents liveEvents, LiveWork liveWork, EventIds ids, Endpoint endpoint) {
        this.caller = caller;
        this.liveEvents = liveEvents;
        this.liveWork = liveWork;
        this.ids = ids;
        this.endpoint = endpoint;
    }

    /** Marks the operation that opens a stream. */
    @NameBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface OpensStream {}

    /**
     * Decides whether a stream can be opened before the framework sends its headers, which it does before it requests
     * the first message.
     *
     * @return null if it can be opened; fails if PostgreSQL is unavailable
     */
    @ServerRequestFilter
    @OpensStream
    public Uni<Response> prepare(RoutingContext context) {
        Optional<String> audience = Optional.ofNullable(context.request().getParam(FOR));
        if (audience.filter(who -> !who.equals(STAFF)).isPresent()) {
            return endpoint.refuse(Problem.ofParameter("\"" + FOR + "\" must be " + STAFF + "."));
        }
        if (audience.isPresent() && !caller.isStaff()) {
            return endpoint.refuse(Problem.of(ProblemType.NOT_ALLOWED));
        }
        Buyer buyer = new Buyer(caller.subject().id()); // or one of staff, who count in the same way
        return switch (liveEvents.concurrency().acquire(buyer)) {
            case ACQUIRED -> {
                RequestEnd.whenDone(context, () -> liveEvents.concurrency().release(buyer));
                if (RequestEnd.isGone(context)) {
                    yield refused(Problem.of(ProblemType.REQUEST_REFUSED)); // the client is gone
                }
                Quota left = liveEvents.concurrency().left(buyer);
                context.response()
                        .putHeader(HttpHeaders.CACHE_CONTROL, Headers.NO_STORE)
                        .putHeader(Headers.RATE_LIMIT_POLICY, left.policies())
                        .putHeader(Headers.RATE_LIMIT, left.left());
                yield (isForStaff(audience) ? liveWork.prepare() : liveEvents.prepare()).replaceWith((Response) null);
            }
            case BUYER_FULL -> refused(liveEvents.concurrency().toProblem());
            case FULL -> refused(Problem.of(ProblemType.OVERLOADED));
        };
    }

    private boolean isForStaff(Optional<String> audience) {
        return audience.isPresent() || !caller.isBuyer();
    }

    private Uni<Response> refused(Problem problem) {
        return endpoint.refuse(endpoint.withRetryAfter(problem));
    }

    /** The JSON form of an event. */
    @RegisterForReflection // no method returns it, so a native build does not see it
    record LiveView(String number, int sequence, String kind, Instant at, Map<String, String> detail) {}

    /** The JSON form of what waits for staff. */
    @RegisterForReflection // as LiveView
    record WorkView(
            @Nullable Integer suspicions,
            @Nullable Integer disputes,
            @Nullable Integer overdue,
            @Nullable Integer unsettled,
            @Nullable Instant newest) {
        static WorkView of(Work work) {
            return new WorkView(
                    work.count(Work.Kind.SUSPICIONS).orElse(null),
                    work.count(Work.Kind.DISPUTES).orElse(null),
                    work.count(Work.Kind.OVERDUE).orElse(null),
                    work.count(Work.Kind.UNSETTLED).orElse(null),
                    work.newest().orElse(null));
        }
    }

    @GET
    @OpensStream
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Refusals(ProblemType.LIMIT_REACHED)
    @Operation(
            operationId = "listen",
            summary = "Stream the events of the buyer's orders, or what waits for staff",
            description =
                    "Server-sent events. For buyers each message is `event: order` with `data: {number, sequence, kind, "
                            + "at, detail}`. Delivery is at least once: recognise repeats by number and sequence. Every "
                            + "`id` is opaque; the first message has one before any event. Reconnect with the last `id` "
                            + "as `Last-Event-ID`: the stream then begins with exactly the events that were missed, or "
                            + "with `event: reset` if that id is not valid any more: read the orders again. For merchant and "
                            + "support each message is `event: work` with `data: {suspicions, disputes, overdue, unsettled, "
                            + "newest}`: the number of suspected duplicates that are not reviewed, of disputes in which it is the "
                            + "shop's turn, of overdue disputes, and of unsettled payments, each 1000 at most, null if the caller's "
                            + "roles cannot list them; and when the newest of them began to wait. The first message comes at once, "
                            + "another one after each change. The stream ends after some minutes; comments keep it open until then.")
    @APIResponse(
            responseCode = "200",
            description = "The stream",
            content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(type = SchemaType.STRING)))
    public Multi<OutboundSseEvent> listen(
            @Parameter(
                            description = "What waits for staff, for a caller who is a buyer too",
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {STAFF}))
                    @QueryParam(FOR)
                    Optional<String> audience,
            @Parameter(
                            name = "Last-Event-ID",
                            in = ParameterIn.HEADER,
                            description = "The `id` of the last message that the client read",
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam("Last-Event-ID")
                    @Nullable String lastEventId,
            @Context Sse sse) {
        if (isForStaff(audience)) {
            return liveWork.stream(caller.isSupport()).map(message -> event(sse, message));
        }
        Buyer buyer = caller.buyer();
        Optional<LogPosition> resumed = Optional.ofNullable(lastEventId).flatMap(id -> ids.read(id, buyer));
        boolean isReset = lastEventId != null && resumed.isEmpty();
        return liveEvents.of(buyer, resumed).map(message -> event(sse, message, buyer, isReset));
    }

    /** Opens no stream: the response to HEAD has no body. */
    @HEAD
    @RolesAllowed({Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(operationId = "headEvents", summary = "Return the headers of GET", description = "Opens no stream.")
    @APIResponse(responseCode = "200", description = "Without a body")
    public Response head(
            @Parameter(
                            description = "As in GET",
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {STAFF}))
                    @QueryParam(FOR)
                    Optional<String> audience) {
        return Reply.head(MediaType.SERVER_SENT_EVENTS).toResponse();
    }

    private static OutboundSseEvent event(Sse sse, WorkMessage message) {
        return switch (message) {
            case WorkMessage.Changed(Work work) ->
                sse.newEventBuilder()
                        .name("work")
                        .data(WorkView.class, WorkView.of(work))
                        .build();
            case WorkMessage.StillOpen _ -> sse.newEventBuilder().comment("").build();
        };
    }

    private OutboundSseEvent event(Sse sse, LiveMessage message, Buyer buyer, boolean isReset) {
        return switch (message) {
            case LiveMessage.Opened(LogPosition position) -> {
                OutboundSseEvent.Builder opened = sse.newEventBuilder().id(ids.write(position, buyer));
                yield isReset
                        ? opened.name("reset").data(String.class, "{}").build()
                        : opened.comment("").build();
            }
            case LiveMessage.StillOpen _ -> sse.newEventBuilder().comment("").build();
            case LiveMessage.Happened(PublishedEvent event, LogPosition position) -> {
                String id = ids.write(position, buyer);
                yield OrderNumber.stored(event.number())
                        .map(number -> message(sse, event, number, id, buyer))
                        // An unreadable number must not end every stream of its buyer.
                        .orElseGet(
                                () -> sse.newEventBuilder().id(id).comment("").build());
            }
        };
    }

    private static OutboundSseEvent message(
            Sse sse, PublishedEvent published, OrderNumber number, String id, Buyer buyer) {
        OrderEvent event = OrderEvent.of(published).forBuyer(buyer.subject());
        return sse.newEventBuilder()
                .id(id)
                .name("order")
                .data(
                        LiveView.class,
                        new LiveView(number.shown(), event.sequence(), event.kind(), event.at(), event.detail()))
                .build();
    }
}
