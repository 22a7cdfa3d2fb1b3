package dev.orderonce.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What buyers in tests want to have. */
public final class Baskets {
    private static final long PRICE = 2100;

    private Baskets() {}

    /** So many packets of tea. */
    public static Map<String, Object> tea(long quantity) {
        return Map.of(
                "currency",
                "EUR",
                "total",
                quantity * PRICE,
                "lines",
                List.of(
                        Map.of(
                                "productCode",
                                "tea-1",
                                "name",
                                "Green tea",
                                "quantity",
                                quantity,
                                "unitPrice",
                                PRICE)));
    }

    /** One thing of this price, in minor units. */
    public static Map<String, Object> worth(long amount) {
        return Map.of(
                "currency",
                "EUR",
                "total",
                amount,
                "lines",
                List.of(Map.of("productCode", "tea-1", "quantity", 1, "unitPrice", amount)));
    }

    /** As many lines as an order can have, each as long as it can be. */
    public static Map<String, Object> largest() {
        List<Map<String, Object>> lines =
                IntStream.range(0, 100)
                        .mapToObj(
                                i ->
                                        Map.<String, Object>of(
                                                "productCode",
                                                "c".repeat(60) + i,
                                                "name",
                                                "茶".repeat(200),
                                                "quantity",
                                                1_000_000,
                                                "unitPrice",
                                                1))
                        .toList();
        return Map.of("currency", "JPY", "total", 100_000_000, "lines", lines);
    }

    /** The basket as a request under this number. */
    public static Map<String, Object> under(String number, Map<String, Object> basket) {
        Map<String, Object> body = new HashMap<>(basket);
        body.put("orderNumber", number);
        return body;
    }
}
