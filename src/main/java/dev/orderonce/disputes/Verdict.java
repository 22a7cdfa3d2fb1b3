package dev.orderonce.disputes;

import dev.orderonce.orders.OrderState;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How support can decide. */
public enum Verdict {
    /** The money goes back. */
    REFUND,
    /** The order ends before it is paid. */
    CANCEL,
    /** The order stays as it is. */
    REJECT;

    /** The verdict that is so called; empty if none is. */
    static Optional<Verdict> read(@Nullable String name) {
        return Arrays.stream(values())
                .filter(verdict -> verdict.name().equals(name))
                .findFirst();
    }

    /** Whether it can be given on an order that stands there, or has got there by it before. */
    boolean isOpenFrom(OrderState state) {
        return switch (this) {
            case REJECT -> true;
            case CANCEL ->
                switch (state) {
                    case CREATED, PAYING, CANCELLED -> true;
                    case PAID, SHIPPED, COMPLETED, REFUNDING, REFUNDED -> false;
                };
            case REFUND ->
                switch (state) {
                    case PAID, REFUNDING, REFUNDED -> true;
                    case CREATED, PAYING, SHIPPED, COMPLETED, CANCELLED -> false;
                };
        };
    }
}
