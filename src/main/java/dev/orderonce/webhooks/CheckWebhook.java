package dev.orderonce.webhooks;

import dev.orderonce.http.Violation;
import dev.orderonce.orders.OrderEvent;
import dev.orderonce.webhooks.TargetAddresses.AddressRefused;
import dev.orderonce.webhooks.TargetAddresses.Unresolved;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks the URL and the kinds that a client wants an endpoint to have. */
@ApplicationScoped
class CheckWebhook {
    /** More than there are kinds; each entry can have a violation. */
    static final int MOST_KINDS = 50;

    private final TargetAddresses addresses;

    CheckWebhook(TargetAddresses addresses) {
        this.addresses = addresses;
    }

    /**
     * What a client wants.
     *
     * @param kinds the kinds of events; null or empty: all
     */
    record Wanted(@Nullable String url, @Nullable List<@Nullable String> kinds) {}

    /** What an endpoint can have. */
    record Checked(String url, Set<String> kinds) {}

    /** Continues with what the client wants, if it is valid and the host has none but allowed addresses now. */
    <O> Uni<O> check(Wanted wanted, Function<List<Violation>, O> refuse, Function<Checked, Uni<O>> proceed) {
        List<Violation> violations = new ArrayList<>();
        Optional<WebhookUrl> url = WebhookUrl.read(wanted.url(), violations);
        Set<String> kinds = kinds(wanted.kinds(), violations);
        if (url.isEmpty() || !violations.isEmpty()) {
            return Uni.createFrom().item(refuse.apply(List.copyOf(violations)));
        }
        return refusal(url.get())
                .chain(refusal -> refusal.isPresent()
                        ? Uni.createFrom().item(refuse.apply(List.of(new Violation("/url", refusal.get()))))
                        : proceed.apply(new Checked(url.get().uri().toString(), kinds)));
    }

    private Uni<Optional<String>> refusal(WebhookUrl url) {
        return Uni.createFrom()
                .completionStage(() -> addresses.of(url).toCompletionStage())
                .map(_ -> Optional.<String>empty())
                .onFailure(AddressRefused.class)
                .recoverWithItem(Optional.of(
                        "must be https, and all addresses of its host public, unless the settings allow others"))
                .onFailure(Unresolved.class)
                .recoverWithItem(Optional.of("has a host whose address cannot be found"));
    }

    private static Set<String> kinds(@Nullable List<@Nullable String> kinds, List<Violation> violations) {
        Set<String> known = new HashSet<>();
        if (kinds != null && kinds.size() > MOST_KINDS) {
            violations.add(new Violation("/kinds", "must have at most " + MOST_KINDS + " entries"));
        } else if (kinds != null) {
            for (int i = 0; i < kinds.size(); i++) {
                String kind = kinds.get(i);
                if (kind != null && OrderEvent.KINDS.contains(kind)) {
                    known.add(kind);
                } else {
                    violations.add(new Violation("/kinds/" + i, "is not a kind of event"));
                }
            }
        }
        return known;
    }
}
