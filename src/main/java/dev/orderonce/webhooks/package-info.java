/**
 * Webhooks: the events of orders are sent to the shop's other systems over HTTP, signed. Each endpoint is a consumer of
 * the event log.
 *
 * <pre>
 *   WebhooksResource ──▶ CreateWebhook, ChangeWebhook, ManageWebhook, FindWebhooks ──▶ WebhookStore, WebhookReader
 *
 *   DeliverWebhooks (a job) ──▶ DeliverEvents ──▶ DeliverBatch ──▶ WebhookSender ──▶ the receiver
 * </pre>
 */
@NullMarked
package dev.orderonce.webhooks;

import org.jspecify.annotations.NullMarked;
