package dev.orderonce.webhooks;

import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How one attempt to deliver an event ended. */
@Schema(name = "WebhookDeliveryResult")
enum DeliveryResult {
    /** A status from 200 to 299. */
    DELIVERED,
    /** Another status. A redirect is one: it is not followed. */
    REFUSED,
    /** 410: the receiver wants no more events. */
    GONE,
    /** No complete response in time. */
    TIMEOUT,
    /** No connection, no TLS, or the connection was closed without a response. */
    UNREACHABLE,
    /** The host's name has no address, or the resolver does not answer. */
    UNRESOLVED,
    /** An address of the host is one that the service does not send to. */
    ADDRESS_REFUSED;

    boolean isDelivered() {
        return this == DELIVERED;
    }

    /** The value of the metric tag {@code result}. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
