package dev.orderonce.duplicates;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.duplicates.ListSuspicions.Case;
import dev.orderonce.duplicates.Suspicion.Decision;
import dev.orderonce.duplicates.Suspicion.Ended;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.OrderView;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A suspected duplicate as the API shows it. */
@Schema(name = "SuspectedDuplicate")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SuspicionView(
        @Schema(required = true) long id,
        @Schema(required = true) SuspicionState state,

        @Schema(required = true, description = "How likely, 0 to 100")
        int score,

        @Schema(required = true, description = "Reasons for and against it")
        List<Reason> reasons,

        @Schema(required = true) Instant foundAt,
        @Schema(required = true) String buyer,

        @Schema(required = true, description = "As it is now")
        OrderView earlier,

        @Schema(required = true, description = "As it is now")
        OrderView later,

        @Schema(nullable = true) @Nullable DecisionView decision) {

    /** A decision as the API shows it. */
    @Schema(name = "SuspicionDecision")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record DecisionView(
            @Schema(required = true) String by,
            @Schema(required = true) Instant at,
            @Schema(nullable = true) @Nullable String reason,

            @Schema(nullable = true, description = "If confirmed: the order that is cancelled") @Nullable String cancel,

            @Schema(
                    nullable = true,
                    description =
                            "If the order was shipped: how much is refunded, in minor units; absent: all that is left")
            @Nullable Long amount,

            @Schema(
                    nullable = true,
                    description = "If confirmed: the result of the cancellation; absent while it is unknown")
            @Nullable Ended ended) {

        static DecisionView of(Decision decision) {
            return new DecisionView(
                    decision.by(),
                    decision.at(),
                    decision.reason().orElse(null),
                    decision.chosen().map(OrderNumber::shown).orElse(null),
                    decision.amount().orElse(null),
                    decision.ended().orElse(null));
        }
    }

    static SuspicionView of(Case suspected) {
        Suspicion suspicion = suspected.suspicion();
        return new SuspicionView(
                suspicion.id(),
                suspicion.state(),
                suspicion.score(),
                suspicion.reasons(),
                suspicion.foundAt(),
                suspicion.buyer().subject(),
                OrderView.forSupport(suspected.earlier()),
                OrderView.forSupport(suspected.later()),
                suspicion.decision().map(DecisionView::of).orElse(null));
    }
}
