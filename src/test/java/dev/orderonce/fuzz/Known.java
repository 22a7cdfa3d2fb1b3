package dev.orderonce.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The identifiers that a client has received in responses; the newest last. Used by one thread. */
final class Known {
    private static final int MOST = 40;
    private static final int RECENT = 4;
    private static final Set<String> UNPLACED = Set.of("ISSUED", "VOIDED", "EXPIRED");

    private final Map<Kind, List<String>> values = new EnumMap<>(Kind.class);

    /** Kinds of identifiers, each with one that does not exist. */
    enum Kind {
        NUMBER("0K3M7Q-XW52TB-9H4NRC"),
        ORDER("0K3M7Q-XW52TB-9H4NRC"),
        STRANGERS_ORDER("0K3M7Q-XW52TB-9H4NRC"),
        DISPUTE("D0K3M7QXW52TB9H4N"),
        SUSPICION("1"),
        WEBHOOK("W0K3M7QXW52TB9H4N"),
        PAYMENT("none"),
        CURSOR("none"),
        EVENT_ID("none"),
        LOOKALIKE("0K3M7Q-XW52TB-9H4NRC");

        private final String unknown;

        Kind(String unknown) {
            this.unknown = unknown;
        }
    }

    static <T> T any(List<T> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }

    void add(Kind kind, String value) {
        List<String> all = values.computeIfAbsent(kind, first -> new ArrayList<>());
        all.remove(value);
        all.add(value);
        if (all.size() > MOST) {
            all.removeFirst();
        }
    }

    /** An identifier of this kind, mostly a recent one. */
    String pick(Kind kind, Random random) {
        List<String> all = values.getOrDefault(kind, List.of());
        if (all.isEmpty()) {
            return kind.unknown;
        }
        return random.nextInt(3) == 0
                ? any(all, random)
                : any(all.subList(Math.max(0, all.size() - RECENT), all.size()), random);
    }

    boolean has(Kind kind) {
        return values.containsKey(kind);
    }

    void remove(Kind kind) {
        values.remove(kind);
    }

    /** Switches to another buyer: the identifiers of the one before belong to a stranger. */
    void changeBuyer() {
        List<String> orders = List.copyOf(values.getOrDefault(Kind.ORDER, List.of()));
        List.of(Kind.NUMBER, Kind.ORDER, Kind.DISPUTE, Kind.CURSOR, Kind.EVENT_ID, Kind.LOOKALIKE)
                .forEach(values::remove);
        orders.forEach(order -> add(Kind.STRANGERS_ORDER, order));
    }

    /** Keeps the identifiers of a response. */
    void learn(JsonNode response) {
        learnOne(response);
        for (String list : List.of("orders", "disputes", "suspicions", "webhooks")) {
            response.path(list).forEach(this::learnOne);
        }
    }

    private void learnOne(JsonNode node) {
        String state = node.path("state").asText();
        if (node.path("number").isTextual()) {
            String number = node.path("number").asText();
            if (UNPLACED.contains(state) || state.equals("PLACED")) {
                add(Kind.NUMBER, number);
            }
            if (!UNPLACED.contains(state)) {
                add(Kind.ORDER, number);
            }
        }
        JsonNode id = node.path("id");
        if (id.isTextual() || id.isIntegralNumber()) {
            Kind ofText = id.asText().startsWith("W") ? Kind.WEBHOOK : Kind.DISPUTE;
            add(id.isTextual() ? ofText : Kind.SUSPICION, id.asText());
        }
        if (node.path("payment").isTextual()) {
            add(Kind.PAYMENT, node.path("payment").asText());
        }
        if (node.path("after").isTextual()) {
            add(Kind.CURSOR, node.path("after").asText());
        }
    }
}
