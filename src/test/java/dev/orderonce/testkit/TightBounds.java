package dev.orderonce.testkit;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Limits low enough for a test to reach; and prices have to be signed. */
public final class TightBounds implements QuarkusTestProfile {
    /** The key of the shop's catalogue, base 64. */
    public static final String QUOTE_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    /** The key before. */
    public static final String EARLIER_QUOTE_KEY = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

    public static final int WRONG_NUMBERS = 5;
    public static final int STREAMS = 3;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "http.body-timeout",
                "1s",
                "events.listener-per-buyer-limit",
                Integer.toString(STREAMS),
                "limits.numbers-wrong",
                "1/1h burst " + WRONG_NUMBERS,
                "orders.quote-key",
                QUOTE_KEY + "," + EARLIER_QUOTE_KEY);
    }
}
