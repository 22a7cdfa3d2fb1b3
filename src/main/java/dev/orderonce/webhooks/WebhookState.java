package dev.orderonce.webhooks;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Whether events are sent to an endpoint. */
@Schema(name = "WebhookState")
enum WebhookState {
    ENABLED,
    /** Nothing is sent until the endpoint is enabled again. */
    DISABLED
}
