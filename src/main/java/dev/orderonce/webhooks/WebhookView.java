package dev.orderonce.webhooks;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.webhooks.FindWebhooks.Progress;
import dev.orderonce.webhooks.ManageWebhook.Managing.Rotated;
import dev.orderonce.webhooks.Webhook.Disabled;
import dev.orderonce.webhooks.Webhook.Failing;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON form of an endpoint. */
@Schema(name = "Webhook")
@JsonInclude(JsonInclude.Include.NON_NULL)
record WebhookView(
        @Schema(required = true, examples = "W0K3M7QXW52TB9H4N")
        String id,

        @Schema(required = true, examples = "https://shop.example/hooks/orders")
        String url,

        @Schema(required = true, description = "The kinds of events that are sent; empty: all")
        List<String> kinds,

        @Schema(required = true) WebhookState state,
        @Schema(required = true) Instant createdAt,

        @Schema(
                nullable = true,
                description =
                        "In responses to GET: about how many events of the log, of all kinds, the endpoint has before it")
        @Nullable Long behind,

        @Schema(
                nullable = true,
                description = "The first of the failures that no success has ended; absent without one")
        @Nullable Instant failingSince,

        @Schema(nullable = true, description = "The failures since then") @Nullable Integer failures,

        @Schema(nullable = true, description = "When the next attempt is due") @Nullable Instant nextAttemptAt,

        @Schema(nullable = true) @Nullable Instant disabledAt,
        @Schema(nullable = true) @Nullable DisabledReason disabledReason,

        @Schema(
                nullable = true,
                examples = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                description = "Only in the responses to POST /webhooks and to POST /webhooks/{id}/secret")
        @Nullable String secret,

        @Schema(nullable = true, description = "Until when the secret before signs too, after a new one was made")
        @Nullable Instant previousSecretUntil) {

    static WebhookView of(Webhook webhook) {
        return of(webhook, null, null, null);
    }

    static WebhookView of(Progress progress) {
        return of(progress.webhook(), progress.behind(), null, null);
    }

    static WebhookView of(Webhook created, WebhookSecret secret) {
        return of(created, null, secret, null);
    }

    static WebhookView of(Rotated rotated) {
        return of(rotated.webhook(), null, rotated.secret(), rotated.previousUntil());
    }

    private static WebhookView of(
            Webhook webhook, @Nullable Long behind, @Nullable WebhookSecret secret, @Nullable Instant previousUntil) {
        return new WebhookView(
                webhook.id().text(),
                webhook.url(),
                webhook.kinds(),
                webhook.state(),
                webhook.createdAt(),
                behind,
                webhook.failing().map(Failing::since).orElse(null),
                webhook.failing().map(Failing::failures).orElse(null),
                webhook.failing().flatMap(Failing::nextAttemptAt).orElse(null),
                webhook.disabled().map(Disabled::at).orElse(null),
                webhook.disabled().map(Disabled::reason).orElse(null),
                secret == null ? null : secret.text(),
                previousUntil);
    }
}
