package dev.orderonce.payments;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderView;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON of a payment. */
@Schema(name = "Payment")
@JsonInclude(JsonInclude.Include.NON_NULL)
record PaymentView(
        @Schema(required = true, description = "Our reference at the provider")
        String payment,

        @Schema(required = true, examples = "0K3M7Q-XW52TB-9H4NRC")
        String number,

        @Schema(
                required = true,
                description =
                        "ASKED: the provider's answer is not known yet. DECLINED: no money moved, `reason` says why; "
                                + "the order can be paid again, under another key")
        PaymentState state,

        @Schema(nullable = true) @Nullable String reason,
        @Schema(required = true, description = "ISO 4217") String currency,

        @Schema(required = true, description = "In minor units of the currency")
        long amount,

        @Schema(required = true) Instant begunAt,

        @Schema(nullable = true, description = "In the answer to a payment: whether this was a repeat") @Nullable Boolean duplicated,

        @Schema(nullable = true, description = "The order as it is now") @Nullable OrderView order) {

    static PaymentView of(Payment payment) {
        return view(payment, null, null);
    }

    static PaymentView of(Payment payment, boolean duplicated, Order order) {
        return view(payment, duplicated, OrderView.of(order));
    }

    private static PaymentView view(Payment payment, @Nullable Boolean duplicated, @Nullable OrderView order) {
        return new PaymentView(
                payment.id(),
                payment.number().shown(),
                payment.state(),
                payment.reason().orElse(null),
                payment.amount().currency().getCurrencyCode(),
                payment.amount().minor(),
                payment.begunAt(),
                duplicated,
                order);
    }
}
