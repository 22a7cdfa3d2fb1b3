package dev.orderonce.disputes;

import dev.orderonce.testkit.Shop;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.Map;
import java.util.UUID;

/** The requests of the parties of a dispute. */
final class Parties {
    private Parties() {}

    static Response open(Shop buyer, String number, Map<String, Object> claim) {
        return buyer.request().contentType(ContentType.JSON).body(claim).post("/orders/{number}/disputes", number);
    }

    static Response notMine(Shop buyer, String number) {
        return open(buyer, number, Map.of("kind", "NOT_MINE"));
    }

    static Response duplicate(Shop buyer, String number, String other) {
        return open(buyer, number, Map.of("kind", "DUPLICATE", "duplicateOf", other));
    }

    /** The id of a new dispute whose claim is that the order is not the buyer's. */
    static String opened(Shop buyer, String number) {
        return notMine(buyer, number).then().statusCode(201).extract().path("id");
    }

    static Response find(Shop who, String id) {
        return who.request().get("/disputes/{id}", id);
    }

    static Response send(Shop author, String id, String text) {
        return send(author, id, UUID.randomUUID().toString(), text);
    }

    static Response send(Shop author, String id, String key, String text) {
        return author.request()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(Map.of("text", text))
                .post("/disputes/{id}/messages", id);
    }

    static Response withdraw(Shop buyer, String id) {
        return buyer.request().post("/disputes/{id}/withdrawal", id);
    }

    static Response resolve(Shop support, String id, String resolution) {
        return resolve(support, id, resolution, "looked into");
    }

    static Response resolve(Shop support, String id, String resolution, String reason) {
        return support.request()
                .contentType(ContentType.JSON)
                .body(Map.of("resolution", resolution, "reason", reason))
                .post("/disputes/{id}/resolution", id);
    }

    static Response refund(Shop support, String id, long amount) {
        return support.request()
                .contentType(ContentType.JSON)
                .body(Map.of("resolution", "REFUND", "amount", amount, "reason", "looked into"))
                .post("/disputes/{id}/resolution", id);
    }
}
