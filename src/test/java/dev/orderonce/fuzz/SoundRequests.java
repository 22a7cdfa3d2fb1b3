package dev.orderonce.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.orderonce.fuzz.Known.Kind;
import dev.orderonce.fuzz.Operations.Operation;
import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Makes requests that the API description allows, of any operation: parameters and bodies from their schemas,
 * identifiers from what exists. Used by one thread.
 */
final class SoundRequests {
    static final List<String> ROLES = List.of("buyer", "merchant", "support", "service");

    private static final String ON_BEHALF_OF = "On-Behalf-Of";

    /** The operations that change orders are chosen more often; all others have the same chance. */
    private static final List<String> WALK = words("""
                    issueNumber issueNumber placeOrder placeOrder placeOrder payOrder payOrder payOrder notifyPayment
                    shipOrder completeOrder returnOrder cancelOrder refundOrder holdOrder openDispute sendMessage resolveDispute listSuspectedDuplicates
                    confirmSuspectedDuplicate listen putOnce claimOnce completeOnce voidKey
                    """);

    /** The role that an operation is for, where it is not "buyer". */
    private static final Map<String, List<String>> STAFF = Map.of(
            "merchant",
            words("shipOrder completeOrder returnOrder receiveReturn readStatistics"),
            "support",
            words("""
                            resolveDispute listUnsettled listSuspectedDuplicates dismissSuspectedDuplicate
                            confirmSuspectedDuplicate refundOrder holdOrder releaseOrder
                            """),
            "service",
            words("""
                            putOnce findOnce deleteOnce claimOnce renewOnce giveUpOnce completeOnce
                            createWebhook listWebhooks findWebhook changeWebhook deleteWebhook
                            rotateWebhookSecret enableWebhook redeliverWebhook listWebhookDeliveries
                            """));

    /**
     * Last three digits of amounts that the simulated provider does not capture at once. Not 902: it answers after two
     * seconds.
     */
    private static final List<Integer> ENDINGS = List.of(901, 903, 904, 905, 906, 907);

    private static final List<String> TEXTS =
            List.of("Green tea", "茶 🍵", "O'Neill & <b>Söhne</b>", "\"a\" \\ b", "x", "ß".repeat(64));

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_REPEATS = 30;
    private static final int KEYS = 8;

    private final Operations operations;
    private final Known known;
    private final String name;
    private final Map<String, String> tokens = new HashMap<>();
    private final List<Request> repeats = new ArrayList<>();
    private final byte[] notificationSecret = ConfigProvider.getConfig()
            .getValue("payments.notification-secret", String.class)
            .getBytes(UTF_8);
    private ObjectNode basket = JsonNodeFactory.instance.objectNode();

    SoundRequests(Operations operations, Known known, String name) {
        this.operations = operations;
        this.known = known;
        this.name = name;
    }

    Request signIn(String subject, String role) {
        Request request = new Request(operations.named("demoSignIn"), "/demo/sign-in");
        request.headers.add("Host: localhost");
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("subject", subject);
        body.putArray("roles").add(role);
        setBody(request, body);
        return request;
    }

    void signedIn(String role, String token) {
        tokens.put(role, token);
        if (role.equals("buyer")) {
            known.changeBuyer();
            repeats.clear();
        }
    }

    String token(String role) {
        return tokens.getOrDefault(role, "");
    }

    Request next(Random random) {
        if (!repeats.isEmpty() && random.nextInt(8) == 0) {
            return new Request(Known.any(repeats, random));
        }
        Operation operation = random.nextInt(3) == 0
                ? Known.any(operations.all(), random)
                : operations.named(Known.any(WALK, random));
        Request request = of(operation, random);
        if (!operation.method().equals("GET")) {
            repeats.add(new Request(request));
            if (repeats.size() > MOST_REPEATS) {
                repeats.removeFirst();
            }
        }
        return request;
    }

    private Request of(Operation operation, Random random) {
        Request request = new Request(operation, path(operation, random) + query(operation, random));
        request.headers.add("Host: localhost");
        if (operation.needsToken()) {
            String role = random.nextInt(12) == 0 ? Known.any(ROLES, random) : roleFor(operation);
            request.headers.add("Authorization: Bearer " + token(role));
            if (role.equals("service") && operation.accepts(ON_BEHALF_OF)) {
                request.headers.add(ON_BEHALF_OF + ": " + name);
            }
        }
        if (!operation.body().isMissingNode()) {
            setBody(request, body(operation, random));
        }
        for (JsonNode parameter : operation.parameters("header")) {
            String header = parameter.path("name").asText();
            // An order is placed under a number or a key.
            if (!header.equals(ON_BEHALF_OF) && !request.body.contains("\"orderNumber\"")) {
                request.headers.add(header + ": " + Request.bytes(text(header, random)));
            }
        }
        sign(request);
        return request;
    }

    private static String roleFor(Operation operation) {
        return STAFF.entrySet().stream()
                .filter(staff -> staff.getValue().contains(operation.id()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("buyer");
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+", -1));
    }

    private static void setBody(Request request, JsonNode body) {
        request.headers.add("Content-Type: application/json");
        request.body = Request.bytes(body.toString());
    }

    /** Signs a notification as the provider does; leaves other requests as they are. */
    void sign(Request request) {
        if (!request.operation.id().equals("notifyPayment")) {
            return;
        }
        String signed = Instant.now().getEpochSecond() + "." + request.body;
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(notificationSecret, "HmacSHA256"));
            String digest = HexFormat.of().formatHex(mac.doFinal(signed.getBytes(ISO_8859_1)));
            request.replace(
                    "Payment-Signature: t=%s,v1=%s".formatted(signed.substring(0, signed.indexOf('.')), digest));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has HmacSHA256", impossible);
        }
    }

    private String path(Operation operation, Random random) {
        return List.of(operation.path().split("/", -1)).stream()
                .map(segment -> segment.startsWith("{") ? variable(operation, segment, random) : segment)
                .collect(Collectors.joining("/"));
    }

    private String variable(Operation operation, String segment, Random random) {
        return switch (segment) {
            case "{number}" -> {
                boolean isOrder = operation.path().startsWith("/orders");
                Kind own = isOrder ? Kind.ORDER : Kind.NUMBER;
                yield known.pick(random.nextInt(20) == 0 ? Kind.STRANGERS_ORDER : own, random);
            }
            case "{id}" -> known.pick(kind(operation.path()), random);
            case "{key}" ->
                operation.path().startsWith("/once")
                        ? name + ":" + random.nextInt(20)
                        : URLEncoder.encode(key(random), UTF_8);
            case "{claim}" -> claim(random);
            case "{name}" -> Known.any(List.of("lookalike", "number-expired", "none"), random);
            default -> "fuzz";
        };
    }

    private static Kind kind(String path) {
        if (path.startsWith("/webhooks")) {
            return Kind.WEBHOOK;
        }
        return path.startsWith("/disputes") ? Kind.DISPUTE : Kind.SUSPICION;
    }

    private String query(Operation operation, Random random) {
        String query = operation.parameters("query").stream()
                .filter(parameter -> random.nextBoolean())
                .map(parameter -> {
                    String parameterName = parameter.path("name").asText();
                    JsonNode value = sample(parameter.path("schema"), parameterName, random);
                    return parameterName + '=' + URLEncoder.encode(value.asText(), UTF_8);
                })
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : '?' + query;
    }

    private JsonNode body(Operation operation, Random random) {
        return switch (operation.id()) {
            case "placeOrder" -> order(random);
            case "notifyPayment" ->
                JsonNodeFactory.instance
                        .objectNode()
                        .put("event", key(random))
                        .put("reference", known.pick(Kind.PAYMENT, random))
                        .put("kind", Known.any(List.of("captured", "declined", "refunded"), random))
                        .put("reason", Known.any(TEXTS, random));
            case "putOnce" -> JsonNodeFactory.instance.objectNode().put("text", Known.any(TEXTS.subList(0, 2), random));
            default -> sample(operation.body(), "", random);
        };
    }

    /** A basket under a number or a key; sometimes the latest basket again. */
    private ObjectNode order(Random random) {
        boolean isMeant = known.has(Kind.LOOKALIKE) && random.nextBoolean();
        if (basket.isEmpty() || (!isMeant && random.nextInt(5) > 0)) {
            basket = newBasket(random);
        }
        ObjectNode order = basket.deepCopy();
        if (isMeant) {
            order.putArray("acknowledgements")
                    .addObject()
                    .put("kind", "SECOND_ORDER")
                    .put("earlier", known.pick(Kind.LOOKALIKE, random));
            known.remove(Kind.LOOKALIKE);
        }
        if (random.nextInt(3) > 0) {
            order.put("orderNumber", known.pick(Kind.NUMBER, random));
        }
        return order;
    }

    private static ObjectNode newBasket(Random random) {
        ObjectNode order = JsonNodeFactory.instance.objectNode().put("currency", "EUR");
        ArrayNode lines = order.putArray("lines");
        long total = 0;
        for (int i = random.nextInt(3); i > 0; i--) {
            long quantity = 1L + random.nextInt(3);
            long price = random.nextInt(5000);
            total += quantity * price;
            lines.addObject()
                    .put("productCode", "tea-" + random.nextInt(50))
                    .put("quantity", quantity)
                    .put("unitPrice", price);
        }
        // Most are captured: a buyer with many declined payments is limited.
        int ending = random.nextInt(5) == 0 ? Known.any(ENDINGS, random) : random.nextInt(900);
        long rest = Math.floorMod(ending - total, 1000);
        long last = rest + 1000L * (1 + random.nextInt(9));
        lines.addObject()
                .put("productCode", "cup-" + random.nextInt(50))
                .put("name", Known.any(TEXTS, random))
                .put("quantity", 1)
                .put("unitPrice", last);
        if (random.nextInt(4) == 0) {
            addCharges(order, total + last, random);
        }
        return order.put("total", total + last);
    }

    /** Charges that add up to nothing: the total selects what the provider does. */
    private static void addCharges(ObjectNode order, long most, Random random) {
        long amount = 1 + random.nextLong(most);
        ArrayNode charges = order.putArray("charges");
        charges.addObject()
                .put("kind", Known.any(List.of("SHIPPING", "TAX", "FEE"), random))
                .put("label", Known.any(TEXTS, random))
                .put("amount", amount);
        charges.addObject()
                .put("kind", "DISCOUNT")
                .put("label", Known.any(TEXTS, random))
                .put("amount", -amount);
        order.put("reference", "S-" + random.nextInt(50));
        order.putObject("metadata").put("channel", Known.any(TEXTS, random));
        order.put("delivery", Known.any(TEXTS, random)).put("contact", Known.any(TEXTS, random));
    }

    /** A value that fits the schema. */
    private JsonNode sample(JsonNode reference, String member, Random random) {
        JsonNode schema = operations.resolve(reference);
        if (schema.has("enum")) {
            return Known.any(schema.path("enum").valueStream().toList(), random);
        }
        return switch (schema.path("type").asText()) {
            case "integer" -> {
                long least = schema.path("minimum").asLong(0);
                long most = Math.min(schema.path("maximum").asLong(100), least + 1000);
                yield LongNode.valueOf(random.nextLong(least, most + 1));
            }
            case "boolean" -> BooleanNode.valueOf(random.nextBoolean());
            case "string" -> TextNode.valueOf(text(member, random));
            case "array" -> {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                for (int i = 1 + random.nextInt(2); i > 0; i--) {
                    array.add(sample(schema.path("items"), member, random));
                }
                yield array;
            }
            default -> object(schema, random);
        };
    }

    private ObjectNode object(JsonNode schema, Random random) {
        List<String> required =
                schema.path("required").valueStream().map(JsonNode::asText).toList();
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String member = property.getKey();
            if (required.contains(member) || random.nextBoolean()) {
                object.set(member, sample(property.getValue(), member, random));
            }
        }
        return object;
    }

    /** A text that fits a member, parameter or header of this name. */
    private String text(String of, Random random) {
        return switch (of) {
            case "orderNumber" -> known.pick(Kind.NUMBER, random);
            case "cancel", "duplicateOf", "earlier" -> known.pick(Kind.ORDER, random);
            case "after" -> known.pick(Kind.CURSOR, random);
            case "Last-Event-ID" -> known.pick(Kind.EVENT_ID, random);
            case "Idempotency-Key" -> key(random);
            case "claim" -> claim(random);
            case "request" -> "request-" + random.nextInt(2);
            case "buyer", "subject" -> name;
            case "checkout" -> "checkout-" + random.nextInt(50);
            case "currency" -> "EUR";
            case "method" -> Known.any(List.of("tok_visa", "tok_other"), random);
            case "roles" -> Known.any(ROLES, random);
            // Nobody listens there.
            case "url" -> "http://127.0.0.1:9/" + name + '/' + random.nextInt(3);
            case "kinds" -> Known.any(List.of("PLACED", "PAID", "SHIPPED"), random);
            case "event" -> known.pick(Kind.ORDER, random) + "-1";
            case "time" -> Instant.now().toString();
            default -> Known.any(TEXTS, random);
        };
    }

    /** Often a new one, sometimes one that was used before. */
    private String key(Random random) {
        return random.nextInt(5) == 0
                ? name + ":a-key-used-again-" + random.nextInt(KEYS)
                : new UUID(random.nextLong(), random.nextLong()).toString();
    }

    /** One of few, so that it is often that of a granted claim. */
    private static String claim(Random random) {
        return "a-claim-of-this-client-" + random.nextInt(3);
    }

    /** Keeps the identifiers of a response to one of these requests. */
    void learn(int status, String body) {
        try {
            JsonNode response = JSON.readTree(body);
            if (status < 300) {
                known.learn(response);
            } else if (response.path("earlier").isTextual()) {
                known.add(Kind.LOOKALIKE, response.path("earlier").asText());
            }
        } catch (JsonProcessingException unreadable) {
            throw new IllegalStateException(body, unreadable);
        }
    }
}
