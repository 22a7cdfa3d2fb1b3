package dev.orderonce.webhooks;

import dev.orderonce.postgres.KeysetPage;
import dev.orderonce.postgres.KeysetQuery;
import dev.orderonce.postgres.Reads;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Reads endpoints, without their secrets, and the log of deliveries. */
@ApplicationScoped
class WebhookReader {
    private final Reads reads;

    WebhookReader(Reads reads) {
        this.reads = reads;
    }

    /** All endpoints, the oldest first; there are at most {@value WebhookStore#MOST}. */
    Uni<List<Webhook>> all() {
        return reads.read("list-webhooks", () -> WebhookEntity.<WebhookEntity>list("order by createdAt, id"))
                .map(rows -> rows.stream().map(WebhookEntity::toWebhook).toList());
    }

    Uni<Optional<Webhook>> find(WebhookId id) {
        return reads.read("find-webhook", () -> WebhookEntity.<WebhookEntity>findById(id.text()))
                .map(row -> Optional.ofNullable(row).map(WebhookEntity::toWebhook));
    }

    Uni<Optional<Webhook>> findByUrl(String url) {
        return reads.read(
                        "find-webhook-by-url",
                        () -> WebhookEntity.<WebhookEntity>find("url = ?1", url).firstResult())
                .map(row -> Optional.ofNullable(row).map(WebhookEntity::toWebhook));
    }

    /** One page of the attempts at an endpoint, the latest first. */
    Uni<KeysetPage<Delivery, Long>> deliveries(WebhookId id, Optional<Long> after, int limit) {
        KeysetQuery query = KeysetQuery.descending("id").where("endpoint = ?", id.text());
        after.ifPresent(query::after);
        return reads.read(
                "list-deliveries",
                () -> KeysetPage.read(
                                DeliveryEntity.<DeliveryEntity>find(query.hql(), query.parameters()),
                                limit,
                                row -> row.id)
                        .map(page -> page.map(DeliveryEntity::toDelivery)));
    }
}
