package dev.orderonce.webhooks;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Why the service disabled an endpoint. */
@Schema(name = "WebhookDisabledReason")
enum DisabledReason {
    /** No delivery succeeded for {@link DeliverBatch#LONGEST_FAILURE}. */
    FAILING,
    /** The receiver answered 410: it wants no more. */
    GONE
}
