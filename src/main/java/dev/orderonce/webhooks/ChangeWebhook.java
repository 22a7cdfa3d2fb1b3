package dev.orderonce.webhooks;

import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.webhooks.CheckWebhook.Wanted;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Changes where an endpoint is and what it receives. */
@ApplicationScoped
class ChangeWebhook {
    private final CheckWebhook checkWebhook;
    private final WebhookStore store;
    private final WebhookReader reader;

    ChangeWebhook(CheckWebhook checkWebhook, WebhookStore store, WebhookReader reader) {
        this.checkWebhook = checkWebhook;
        this.store = store;
        this.reader = reader;
    }

    /** Every outcome of changing an endpoint, in the order of the checks. */
    sealed interface Changing extends Outcome {
        /** The URL or the kinds are not valid. */
        record Invalid(List<Violation> violations) implements Changing {}

        /** There is no such endpoint. */
        record Absent() implements Changing {}

        /** Another endpoint has this URL. */
        record Exists(WebhookId existing) implements Changing {}

        /** The endpoint has this URL and these kinds. */
        record Changed(Webhook changed) implements Changing {}

        @Override
        default String label() {
            return switch (this) {
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Exists _ -> "exists";
                case Changed _ -> "changed";
            };
        }
    }

    /** Sets the URL and the kinds of an endpoint, for what is sent from now on. */
    Uni<Changing> change(WebhookId id, Wanted wanted) {
        return checkWebhook.check(
                wanted,
                Changing.Invalid::new,
                checked -> store.change(id, checked.url(), checked.kinds())
                        .chain(changed -> changed.isPresent()
                                ? Uni.createFrom().item(new Changing.Changed(changed.get()))
                                : reader.findByUrl(checked.url()).map(existing -> notChanged(id, existing))));
    }

    private static Changing notChanged(WebhookId id, Optional<Webhook> existing) {
        return existing.filter(other -> !other.id().equals(id))
                .<Changing>map(other -> new Changing.Exists(other.id()))
                .orElseGet(Changing.Absent::new);
    }
}
