package dev.orderonce.orders;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.http.Headers;
import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.orders.OrderSubmission.AcknowledgementSubmission;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON form of an order. */
@Schema(name = "Order")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OrderView(
        @Schema(examples = "0K3M7Q-XW52TB-9H4NRC", required = true)
        String number,

        @Schema(nullable = true, description = "The Idempotency-Key that the order was placed under, if it was")
        @Nullable String idempotencyKey,

        @Schema(nullable = true, description = "The checkout that the order completes, if the service knows it")
        @Nullable String checkout,

        @Schema(required = true) OrderState state,

        @Schema(
                description = "The actions that the state allows; `cancel` during a payment to support only",
                required = true)
        List<String> next,

        @Schema(description = "In the response to POST /orders: whether the request was a repeat", nullable = true)
        @Nullable Boolean duplicated,

        @Schema(description = "ISO 4217", required = true) String currency,

        @Schema(description = "In minor units of the currency", required = true)
        long total,

        @Schema(required = true) List<LineView> lines,

        @Schema(description = "What is added to the lines or taken off: the total is the sum of both", required = true)
        List<ChargeView> charges,

        @Schema(required = true) List<AcknowledgementSubmission> acknowledgements,

        @Schema(nullable = true, description = "The shop's own id of the order") @Nullable String reference,

        @Schema(nullable = true, description = "Texts that the shop keeps with the order") @Nullable Map<String, String> metadata,

        @Schema(nullable = true, description = "How the order is delivered, in a form of the shop's own") @Nullable String delivery,

        @Schema(nullable = true, description = "How the buyer is reached, in a form of the shop's own") @Nullable String contact,

        @Schema(required = true) Instant placedAt,

        @Schema(nullable = true, description = "Why the order is not shipped yet; absent if nothing holds it") @Nullable List<Hold.Reason> holds,

        @Schema(
                nullable = true,
                description = "What was returned of the money, in minor units of the currency; absent if nothing was")
        @Nullable Long refunded) {

    @Schema(name = "Charge")
    public record ChargeView(
            @Schema(required = true) Charge.Kind kind,
            @Schema(required = true) String label,

            @Schema(description = "In minor units of the currency; below 0 for a DISCOUNT", required = true)
            long amount) {}

    @Schema(name = "Line")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record LineView(
            @Schema(required = true) String productCode,
            @Schema(nullable = true) @Nullable String name,
            @Schema(required = true) long quantity,
            @Schema(required = true) long unitPrice) {}

    /** The refusal of a move that is not open, with the order's state and its open moves. */
    public static Problem notOpen(Order current) {
        return about(ProblemType.MOVE_NOT_OPEN, current);
    }

    /** The refusal of a move because the order is not in the version that the request expects. */
    public static Problem changed(Order current) {
        return about(ProblemType.ORDER_CHANGED, current).header(HttpHeaders.ETAG, Headers.entityTag(current.version()));
    }

    /** A problem with an order's state and its open moves. */
    public static Problem about(ProblemType type, Order current) {
        return Problem.of(type)
                .with("number", current.number().shown())
                .with("order", "/orders/" + current.number().shown())
                .with("state", current.state())
                .with("next", current.next());
    }

    /** The refusal to ship an order that is on hold, with the reasons. */
    static Problem onHold(Order current) {
        Problem problem = about(ProblemType.ORDER_ON_HOLD, current)
                .with("holds", Objects.requireNonNull(reasons(current.holds())));
        current.holds().stream()
                .filter(hold -> hold.reason() == Hold.Reason.DISPUTE)
                .findFirst()
                .ifPresent(hold -> problem.with("dispute", "/disputes/" + hold.cause()));
        return problem;
    }

    /**
     * The refusal of a refund that exceeds what is left of the payment.
     *
     * @param left in minor units of the order's currency
     */
    public static Problem refundTooLarge(Order current, long left) {
        return about(ProblemType.REFUND_TOO_LARGE, current).with("refundable", left);
    }

    /** Returns the reasons, each once; null without any. */
    static @Nullable List<Hold.Reason> reasons(List<Hold> holds) {
        return holds.isEmpty()
                ? null
                : holds.stream().map(Hold::reason).distinct().toList();
    }

    public static OrderView of(Order order) {
        return of(order, null);
    }

    /** The order as support sees it: {@code next} has what support alone may do. */
    public static OrderView forSupport(Order order) {
        return of(order, order.nextForSupport(), null);
    }

    static OrderView of(Order order, @Nullable Boolean duplicated) {
        return of(order, order.next(), duplicated);
    }

    private static OrderView of(Order order, List<String> next, @Nullable Boolean duplicated) {
        OrderDraft content = order.content();
        OrderNotes notes = content.notes();
        return new OrderView(
                order.number().shown(),
                order.clientKey().map(IdempotencyKey::text).orElse(null),
                content.checkout().orElse(null),
                order.state(),
                next,
                duplicated,
                content.total().currency().getCurrencyCode(),
                content.total().minor(),
                content.lines().stream().map(OrderView::line).toList(),
                content.charges().stream().map(OrderView::charge).toList(),
                content.acknowledgements().stream()
                        .map(OrderView::acknowledgement)
                        .toList(),
                notes.reference().orElse(null),
                notes.metadata().isEmpty() ? null : notes.metadata(),
                notes.delivery().orElse(null),
                notes.contact().orElse(null),
                order.placedAt(),
                reasons(order.holds()),
                order.refunded() == 0 ? null : order.refunded());
    }

    private static ChargeView charge(Charge charge) {
        return new ChargeView(charge.kind(), charge.label(), charge.amount());
    }

    private static LineView line(Line line) {
        return new LineView(line.productCode(), line.name().orElse(null), line.quantity(), line.unitPrice());
    }

    private static AcknowledgementSubmission acknowledgement(Acknowledgement acknowledgement) {
        return switch (acknowledgement) {
            case Acknowledgement.LargeAmount(long total) -> new AcknowledgementSubmission("LARGE_AMOUNT", total, null);
            case Acknowledgement.SecondOrder(var earlier) ->
                new AcknowledgementSubmission("SECOND_ORDER", null, earlier.shown());
        };
    }
}
