package dev.orderonce.payments;

import dev.orderonce.http.Answer;
import dev.orderonce.http.Endpoint;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.http.Refusals;
import dev.orderonce.http.Reply;
import dev.orderonce.identity.Role;
import dev.orderonce.payments.ReceiveNotification.Receipt;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Notifications of the provider, and unsettled payments, over HTTP. */
@Path("/payments")
@Tag(name = "Payments")
@Produces(MediaType.APPLICATION_JSON)
class SettlementResource {
    private final ReceiveNotification receiveNotification;
    private final ListUnsettled listUnsettled;
    private final Endpoint endpoint;

    SettlementResource(ReceiveNotification receiveNotification, ListUnsettled listUnsettled, Endpoint endpoint) {
        this.receiveNotification = receiveNotification;
        this.listUnsettled = listUnsettled;
        this.endpoint = endpoint;
    }

    @POST
    @Path("/notifications")
    @PermitAll
    @Consumes(MediaType.APPLICATION_JSON)
    @Refusals({ProblemType.NOTIFICATION_REFUSED, ProblemType.NOT_FOUND, ProblemType.STORE_UNAVAILABLE})
    @Operation(
            operationId = "notifyPayment",
            summary = "Receive a notification of the payment provider",
            description = "Signed: `t=SECONDS,v1=HEX` with HMAC-SHA256 over `SECONDS.BODY`. Notifications may be "
                    + "repeated and may come in any order.")
    @APIResponse(responseCode = "204", description = "The notification is processed")
    public Uni<Response> receive(
            @Parameter(schema = @Schema(type = SchemaType.STRING)) @HeaderParam("Payment-Signature") @Nullable String signature,
            @RequestBody(
                            required = true,
                            description =
                                    "{\"event\": id of this event, \"reference\": of the payment, \"kind\": \"captured\", "
                                            + "\"declined\" or \"refunded\", \"reason\"?}",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT)))
                    String body) {
        return endpoint.answer("notify-payment", "", receiveNotification.receive(signature, body), this::toAnswer);
    }

    private Answer toAnswer(Receipt receipt) {
        return switch (receipt) {
            case Receipt.NotSigned _ -> Problem.of(ProblemType.NOTIFICATION_REFUSED);
            case Receipt.Unreadable _ -> Problem.of(ProblemType.BODY_UNREADABLE);
            case Receipt.Unknown _ -> Problem.of(ProblemType.NOT_FOUND);
            case Receipt.AlreadyReceived _ -> Reply.noContent();
            case Receipt.Received _ -> Reply.noContent();
        };
    }

    @GET
    @Path("/unsettled")
    @RolesAllowed(Role.SUPPORT)
    @Operation(
            operationId = "listUnsettled",
            summary = "List unsettled payments, oldest first",
            description = "Payments whose outcome the provider has not confirmed for a long time. A job polls the "
                    + "provider for them. At most 100 are listed.")
    @APIResponse(
            responseCode = "200",
            description = "The unsettled payments",
            content = @Content(schema = @Schema(implementation = PaymentsView.class)))
    public Uni<Response> unsettled() {
        return endpoint.answer(
                "list-unsettled", "", listUnsettled.list(), listing -> Reply.ok(PaymentsView.of(listing.payments())));
    }
}
