package dev.orderonce.webhooks;

import dev.orderonce.events.EventConsumers;
import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Finds endpoints with their progress. */
@ApplicationScoped
class FindWebhooks {
    private final WebhookReader reader;
    private final EventConsumers consumers;

    FindWebhooks(WebhookReader reader, EventConsumers consumers) {
        this.reader = reader;
        this.consumers = consumers;
    }

    /**
     * An endpoint with its progress.
     *
     * @param behind events of the log that it has not passed yet, of all kinds; about, because ids have gaps
     */
    record Progress(Webhook webhook, long behind) {}

    /** Every outcome of finding endpoints. */
    sealed interface Finding extends Outcome {
        /** There is no such endpoint. */
        record Absent() implements Finding {}

        /** The endpoints that were asked for, the oldest first. */
        record Found(List<Progress> webhooks) implements Finding {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Found _ -> "found";
            };
        }
    }

    /** Finds all endpoints. */
    Uni<Finding> all() {
        return reader.all().chain(this::withProgress);
    }

    /** Finds one endpoint. */
    Uni<Finding> find(WebhookId id) {
        return reader.find(id)
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().item(new Finding.Absent())
                        : withProgress(List.of(found.get())));
    }

    private Uni<Finding> withProgress(List<Webhook> webhooks) {
        return consumers
                .behind(WebhookId.CONSUMERS)
                .map(behind -> new Finding.Found(webhooks.stream()
                        .map(webhook -> new Progress(
                                webhook, behind.getOrDefault(webhook.id().consumer(), 0L)))
                        .toList()));
    }
}
