package dev.orderonce.disputes;

import dev.orderonce.orders.OrderState;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The verdicts that support can give. */
public enum Verdict {
    /** The order is cancelled and its money refunded; if it was shipped, or with an amount, it is refunded only. */
    REFUND,
    /** The order is cancelled before it is paid. */
    CANCEL,
    /** The order stays as it is. */
    REJECT;

    /** The verdict with this name. */
    static Optional<Verdict> read(@Nullable String name) {
        return Arrays.stream(values())
                .filter(verdict -> verdict.name().equals(name))
                .findFirst();
    }

    /** Whether it can be given on an order in this state, which may be the verdict's own effect. */
    boolean isOpenFrom(OrderState state) {
        return switch (this) {
            case REJECT -> true;
            case CANCEL ->
                switch (state) {
                    case CREATED, PAYING, CANCELLED -> true;
                    case PAID, SHIPPED, COMPLETED, RETURNING, RETURNED, REFUNDING, REFUNDED -> false;
                };
            case REFUND ->
                switch (state) {
                    case PAID, SHIPPED, COMPLETED, RETURNING, RETURNED, REFUNDING, REFUNDED -> true;
                    case CREATED, PAYING, CANCELLED -> false;
                };
        };
    }
}
