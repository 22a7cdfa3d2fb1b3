package dev.orderonce.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** The order bodies of tests. */
public final class Baskets {
    private static final long PRICE = 2100;

    private Baskets() {}

    /** This many packets of tea. */
    public static Map<String, Object> tea(long quantity) {
        return tea("tea-1", quantity);
    }

    /** Two packets of a tea that no other order contains, so that there is no possible duplicate. */
    public static Map<String, Object> onlyFor(String numberOrKey) {
        return tea("tea-" + Integer.toHexString(numberOrKey.hashCode()), 2);
    }

    /** This many packets of a tea. */
    public static Map<String, Object> tea(String productCode, long quantity) {
        return Map.of(
                "currency",
                "EUR",
                "total",
                quantity * PRICE,
                "lines",
                List.of(Map.of(
                        "productCode", productCode, "name", "Green tea", "quantity", quantity, "unitPrice", PRICE)));
    }

    /** One item of this price, in minor units; a different item each time. */
    public static Map<String, Object> worth(long amount) {
        return worth("thing-" + UUID.randomUUID(), amount);
    }

    /** One of this item, at this price in minor units. */
    public static Map<String, Object> worth(String productCode, long amount) {
        return Map.of(
                "currency",
                "EUR",
                "total",
                amount,
                "lines",
                List.of(Map.of("productCode", productCode, "quantity", 1, "unitPrice", amount)));
    }

    /** The largest order: the maximum of lines, each as long as possible. */
    public static Map<String, Object> largest() {
        List<Map<String, Object>> lines = IntStream.range(0, 100)
                .mapToObj(i -> Map.<String, Object>of(
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

    /** The basket with an acknowledgement of these earlier orders. */
    public static Map<String, Object> besides(Map<String, Object> basket, String... earlier) {
        List<Map<String, Object>> acknowledgements = new ArrayList<>();
        for (String number : earlier) {
            acknowledgements.add(Map.of("kind", "SECOND_ORDER", "earlier", number));
        }
        return acknowledging(basket, acknowledgements);
    }

    /** The basket with an acknowledgement of this amount. */
    public static Map<String, Object> meaning(long total, Map<String, Object> basket) {
        return acknowledging(basket, List.of(Map.of("kind", "LARGE_AMOUNT", "total", total)));
    }

    /** The basket with further acknowledgements. */
    private static Map<String, Object> acknowledging(Map<String, Object> basket, List<Map<String, Object>> more) {
        List<Object> all = new ArrayList<>(more);
        if (basket.get("acknowledgements") instanceof List<?> before) {
            all.addAll(before);
        }
        Map<String, Object> acknowledging = new HashMap<>(basket);
        acknowledging.put("acknowledgements", all);
        return acknowledging;
    }

    /** The basket as a request under this number. */
    public static Map<String, Object> under(String number, Map<String, Object> basket) {
        Map<String, Object> body = new HashMap<>(basket);
        body.put("orderNumber", number);
        return body;
    }
}
