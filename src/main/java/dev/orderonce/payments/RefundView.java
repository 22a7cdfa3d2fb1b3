package dev.orderonce.payments;

import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderView;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The JSON of a refund. */
@Schema(name = "Refund")
record RefundView(
        @Schema(required = true, description = "Our reference at the provider")
        String refund,

        @Schema(required = true, examples = "0K3M7Q-XW52TB-9H4NRC")
        String number,

        @Schema(required = true, description = "REFUNDING: the provider has not confirmed it yet")
        State state,

        @Schema(required = true, description = "ISO 4217") String currency,

        @Schema(required = true, description = "In minor units of the currency")
        long amount,

        @Schema(required = true) String reason,
        @Schema(required = true) Instant decidedAt,

        @Schema(required = true, description = "Whether the request was a repeat")
        boolean duplicated,

        @Schema(required = true, description = "The order as it is now")
        OrderView order) {

    /** The state of a refund. */
    @Schema(name = "RefundState")
    enum State {
        REFUNDING,
        REFUNDED
    }

    static RefundView of(Refund refund, boolean duplicated, Order order) {
        return new RefundView(
                refund.id(),
                refund.number().shown(),
                refund.isConfirmed() ? State.REFUNDED : State.REFUNDING,
                refund.amount().currency().getCurrencyCode(),
                refund.amount().minor(),
                refund.reason(),
                refund.decidedAt(),
                duplicated,
                OrderView.of(order));
    }
}
