package dev.orderonce.webhooks;

import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Subject;
import dev.orderonce.webhooks.CheckWebhook.Checked;
import dev.orderonce.webhooks.CheckWebhook.Wanted;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Creates endpoints. Two endpoints never have the same URL, so that a repeated request finds what the first created.
 */
@ApplicationScoped
class CreateWebhook {
    private final CheckWebhook checkWebhook;
    private final WebhookStore store;
    private final WebhookReader reader;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    CreateWebhook(CheckWebhook checkWebhook, WebhookStore store, WebhookReader reader, Clock clock) {
        this.checkWebhook = checkWebhook;
        this.store = store;
        this.reader = reader;
        this.clock = clock;
    }

    /** Every outcome of creating an endpoint, in the order of the checks. */
    sealed interface Creating extends Outcome {
        /** The URL or the kinds are not valid. */
        record Invalid(List<Violation> violations) implements Creating {}

        /** An endpoint with this URL exists, with the same kinds: the request repeats an earlier one. */
        record AlreadyCreated(Webhook existing) implements Creating {}

        /** An endpoint with this URL and other kinds exists. */
        record Exists(WebhookId existing) implements Creating {}

        /** There are as many endpoints as allowed. */
        record Full() implements Creating {}

        /** The endpoint receives events from now on. */
        record Created(Webhook created, WebhookSecret secret) implements Creating {}

        @Override
        default String label() {
            return switch (this) {
                case Invalid _ -> "invalid";
                case AlreadyCreated _ -> "already-created";
                case Exists _ -> "exists";
                case Full _ -> "full";
                case Created _ -> "created";
            };
        }
    }

    /** Creates an endpoint. */
    Uni<Creating> create(Subject by, Wanted wanted) {
        return checkWebhook.check(wanted, Creating.Invalid::new, checked -> {
            WebhookSecret secret = WebhookSecret.fresh(random);
            return store.create(WebhookId.fresh(random), checked.url(), checked.kinds(), secret, by, clock.instant())
                    .chain(created -> created.isPresent()
                            ? Uni.createFrom().item(new Creating.Created(created.get(), secret))
                            : reader.findByUrl(checked.url()).map(existing -> notCreated(existing, checked)));
        });
    }

    private static Creating notCreated(Optional<Webhook> existing, Checked checked) {
        return existing.<Creating>map(webhook -> Set.copyOf(webhook.kinds()).equals(checked.kinds())
                        ? new Creating.AlreadyCreated(webhook)
                        : new Creating.Exists(webhook.id()))
                .orElseGet(Creating.Full::new);
    }
}
