package dev.orderonce.webhooks;

import dev.orderonce.events.PublishedEvent;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderEvent;
import dev.orderonce.orders.OrderSubmission.AcknowledgementSubmission;
import dev.orderonce.orders.OrderView;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * The body of a delivery.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">CloudEvents 1.0,
 *     JSON event format</a>
 */
@RegisterForReflection( // written by Jackson, and no method returns it
        targets = {
            WebhookMessage.class,
            WebhookMessage.Data.class,
            WebhookMessage.Happened.class,
            OrderView.class,
            OrderView.LineView.class,
            OrderView.ChargeView.class,
            AcknowledgementSubmission.class
        })
record WebhookMessage(
        String specversion,
        String id,
        String source,
        String type,
        String subject,
        Instant time,
        String datacontenttype,
        Data data) {
    /** The media type of structured mode. */
    static final String MEDIA_TYPE = "application/cloudevents+json; charset=UTF-8";

    private static final String TYPE_PREFIX = "dev.orderonce.order.";

    /**
     * What happened to which order.
     *
     * @param order as the merchant sees it when the delivery is sent: perhaps later events have changed it already
     * @param version the sequence of the event that changed {@code order} last
     */
    record Data(String buyer, OrderView order, int version, Happened event) {}

    /** The event as staff see it in the order's history. */
    record Happened(int sequence, String kind, Instant at, Map<String, String> detail) {}

    static WebhookMessage of(PublishedEvent published, Order order) {
        OrderEvent event = OrderEvent.of(published).forStaff();
        return new WebhookMessage(
                "1.0",
                id(order, published),
                "/orders",
                TYPE_PREFIX + event.kind().toLowerCase(Locale.ROOT).replace('_', '-'),
                order.number().shown(),
                event.at(),
                "application/json",
                new Data(
                        order.buyer().subject(),
                        OrderView.of(order),
                        order.sequence(),
                        new Happened(event.sequence(), event.kind(), event.at(), event.detail())));
    }

    /** The same with every repeat: the order's number and the event's sequence. */
    private static String id(Order order, PublishedEvent published) {
        return order.number().shown() + '-' + published.sequence();
    }
}
