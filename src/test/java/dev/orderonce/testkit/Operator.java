package dev.orderonce.testkit;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.ConfigProvider;

/** An operator with access to the management port: health and metrics. */
public final class Operator {
    private static final String PORT = "quarkus.management.test-port";

    private Operator() {}

    /** Sends a GET to the management port. */
    public static Response get(String path) {
        return given().port(ConfigProvider.getConfig().getValue(PORT, Integer.class))
                .get(path);
    }

    /** The sum of the series whose lines begin with this text; 0 without any. */
    public static double metric(String beginning) {
        return get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(beginning))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /**
     * Waits until the service knows that it is the only replica and reaches Redis: otherwise limits are shared in
     * another way, and scripts replace the plain commands of the hot path.
     */
    public static void awaitShares() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> metric("orderonce_replicas ") == 1
                        && metric("orderonce_store_unavailable{path=\"commands\",store=\"redis\"}") == 0);
    }
}
