package dev.orderonce.orders;

import dev.orderonce.events.EventSettings;
import dev.orderonce.events.LiveEvents;
import dev.orderonce.events.PublishedEvent;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.web.HttpSettings;
import dev.orderonce.web.Problem;
import dev.orderonce.web.ProblemType;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;

import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What happens to a buyer's orders, while it happens, as server-sent events. */
@Path("/events")
class LiveEventsResource {
    private final Caller caller;
    private final LiveEvents liveEvents;
    private final EventSettings settings;
    private final HttpSettings http;

    LiveEventsResource(
            Caller caller, LiveEvents liveEvents, EventSettings settings, HttpSettings http) {
        this.caller = caller;
        this.liveEvents = liveEvents;
        this.settings = settings;
        this.http = http;
    }

    /** An event as it goes over the wire. */
    @RegisterForReflection // no method returns it, so a native build does not see it
    record LiveView(
            String number, int sequence, String kind, Instant at, Map<String, String> detail) {}

    @GET
    @RolesAllowed(Role.BUYER)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listen",
            summary = "What happens to the buyer's own orders, while it happens",
            description =
                    "Each message is `event: order` with `data: {number, sequence, kind, at, detail}`. At least once: tell "
                            + "repeats by number and sequence. Come back with the last `id` as `Last-Event-ID`, and what "
                            + "was missed comes first. Ends after some minutes; comments in between are signs of life.")
    @APIResponse(
            responseCode = "200",
            description = "A stream that goes on",
            content =
                    @Content(
                            mediaType = MediaType.SERVER_SENT_EVENTS,
                            schema = @Schema(type = SchemaType.STRING)))
    public Multi<OutboundSseEvent> listen(
            @Parameter(
                            name = "Last-Event-ID",
                            in = ParameterIn.HEADER,
                            description = "The `id` of the last message that was read",
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam("Last-Event-ID")
                    @Nullable String lastEventId,
            @Context Sse sse) {
        if (!liveEvents.hasRoom()) {
            throw new WebApplicationException(
                    Problem.of(ProblemType.OVERLOADED).after(http.retryAfter()).toResponse());
        }
        Buyer buyer = caller.buyer();
        Multi<OutboundSseEvent> events =
                liveEvents
                        .of(buyer, Optional.ofNullable(lastEventId).flatMap(LiveEventsResource::id))
                        .map(event -> message(sse, event, buyer));
        // The first one says that the stream is open.
        Multi<OutboundSseEvent> signsOfLife =
                liveEvents
                        .ready()
                        .onItem()
                        .transformToMulti(
                                open ->
                                        Multi.createFrom()
                                                .ticks()
                                                .every(settings.heartbeat())
                                                .onOverflow()
                                                .drop())
                        .map(tick -> sse.newEventBuilder().comment("").build());
        // Signs of life would go on for ever: a stream whose events have ended, because the service
        // stops, has ended.
        return Multi.createBy()
                .merging()
                .streams(events.onCompletion().failWith(Ended::new), signsOfLife)
                .onFailure(Ended.class)
                .recoverWithCompletion()
                .select()
                .first(settings.listenFor());
    }

    /** There will be no more events. */
    private static final class Ended extends RuntimeException {
        Ended() {
            super("the service stops", null, false, false);
        }
    }

    private static Optional<Long> id(String text) {
        return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    private static OutboundSseEvent message(Sse sse, PublishedEvent published, Buyer buyer) {
        OrderEvent event =
                new OrderEvent(
                                published.sequence(),
                                published.kind(),
                                Instant.parse(published.at()),
                                OrderJson.readDetail(published.detail()))
                        .forBuyer(buyer.subject());
        return sse.newEventBuilder()
                .id(Long.toString(published.id()))
                .name("order")
                .data(
                        LiveView.class,
                        new LiveView(
                                new OrderNumber(published.number()).shown(),
                                event.sequence(),
                                event.kind(),
                                event.at(),
                                event.detail()))
                .build();
    }
}
