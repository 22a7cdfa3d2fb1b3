package dev.orderonce.bench;

import dev.orderonce.identity.Caller;
import dev.orderonce.identity.Role;
import dev.orderonce.orders.OrderSubmission;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * Placing an order in the obvious way: an entity persisted in a transaction per request. It checks less than the
 * service does and exists only to be measured. So do a response to an authenticated caller that needs no store, which
 * shows what the framework and the token cost by themselves, and a ping.
 */
@Path("/obvious")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class ObviousResource {
    private final Caller caller;

    ObviousResource(Caller caller) {
        this.caller = caller;
    }

    /** Does nothing and requires no token: the cost of the HTTP server and its filters alone. */
    @GET
    @Path("/ping")
    @PermitAll
    @NonBlocking
    @Operation(hidden = true)
    public void ping() {
        // nothing
    }

    @GET
    @Path("/nothing")
    @RolesAllowed(Role.BUYER)
    @Operation(hidden = true)
    public Uni<Response> nothing() {
        return Uni.createFrom()
                .item(Response.ok(Map.of("buyer", caller.buyer().subject(), "state", "NOTHING"))
                        .build());
    }

    @POST
    @Path("/orders")
    @RolesAllowed(Role.BUYER)
    @Operation(hidden = true)
    public Uni<Response> place(OrderSubmission submission) {
        ObviousOrder order = new ObviousOrder();
        order.number = Objects.requireNonNull(submission.orderNumber()).replace("-", "");
        order.buyer = caller.buyer().subject();
        order.state = "CREATED";
        order.decidedAt = Instant.now();
        order.currency = Objects.requireNonNull(submission.currency());
        order.total = Objects.requireNonNull(submission.total());
        order.lines = String.valueOf(submission.lines());
        order.acknowledgements = "[]";
        return Panache.withTransaction(order::<ObviousOrder>persist)
                .map(persisted -> Response.status(Response.Status.CREATED)
                        .entity(Map.of("number", submission.orderNumber(), "state", "CREATED"))
                        .build());
    }
}
