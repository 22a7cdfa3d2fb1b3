package dev.orderonce.orders;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON form of an order in the list of staff. */
@Schema(name = "OrderSummary")
@RegisterForReflection // one of two forms of a response, where a native build does not find it
record OrderSummaryView(
        @Schema(examples = "0K3M7Q-XW52TB-9H4NRC", required = true)
        String number,

        @Schema(required = true) String buyer,
        @Schema(required = true) OrderState state,
        @Schema(description = "ISO 4217", required = true) String currency,

        @Schema(description = "In minor units of the currency", required = true)
        long total,

        @Schema(required = true) Instant placedAt,

        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(nullable = true, description = "Why the order is not shipped yet; absent if nothing holds it")
        @Nullable List<Hold.Reason> holds) {

    static OrderSummaryView of(OrderSummary order) {
        return new OrderSummaryView(
                order.number().shown(),
                order.buyer().subject(),
                order.state(),
                order.total().currency().getCurrencyCode(),
                order.total().minor(),
                order.placedAt(),
                OrderView.reasons(order.holds()));
    }
}
