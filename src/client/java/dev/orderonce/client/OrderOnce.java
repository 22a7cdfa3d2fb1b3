package dev.orderonce.client;

import java.math.BigDecimal;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The client of one order service. Safe for use by many threads.
 *
 * <p>It has the connections and threads of its {@link HttpClient}: one that waits for the network, and workers, unless
 * {@link Builder#http} gives one with another executor. {@link Once} has up to two more for each {@link Claim} that is
 * held, which end when they are idle. All are daemons, except those of a given executor.
 *
 * <p>Every method repeats its request under the same number or key until there is an answer or the deadline is over: a
 * timeout, a lost connection, and a response without {@code retry} or about another number are no answer. It waits for
 * {@code Retry-After}, and otherwise with exponential back-off and jitter. A 401 renews the token once.
 *
 * <pre>{@code
 * OrderOnce orders = OrderOnce.builder("https://orders.shop.example").token(wasRefused -> tokens.get()).build();
 * Answer<NumberStatus> issued = orders.issue(checkout);
 * // store issued.value().number() before it is used
 * Answer<Order> placed = orders.place(number, checkout, draft);
 * }</pre>
 *
 * <p>Methods end with {@link InterruptedException} if the thread is interrupted; the outcome is then unknown.
 */
public final class OrderOnce {
    /** Canonical form: 18 Crockford base-32 symbols in three groups. */
    private static final Pattern NUMBER = Pattern.compile("[0-9A-HJKMNP-TV-Z]{6}(-[0-9A-HJKMNP-TV-Z]{6}){2}");

    private static final int NOT_FOUND = 404;

    /** Begins the number of every order that was placed under a key, and of no other. */
    private static final String OF_A_KEY = "Z";

    private final Transport transport;
    private final Duration deadline;

    private OrderOnce(Transport transport, Duration deadline) {
        this.transport = transport;
        this.deadline = deadline;
    }

    /**
     * Begins a client.
     *
     * @param baseUrl the service's address, without a path of the API
     */
    public static Builder builder(String baseUrl) {
        return new Builder(baseUrl);
    }

    /** Settings of a client. */
    public static final class Builder {
        private final String baseUrl;
        private @Nullable TokenSource tokens;
        private @Nullable HttpClient http;
        private Duration timeout = Duration.ofSeconds(15);
        private Duration deadline = Duration.ofMinutes(1);

        private Builder(String baseUrl) {
            if (!baseUrl.matches("https?://.+")) {
                throw new IllegalArgumentException("not an address of HTTP: " + baseUrl);
            }
            this.baseUrl = baseUrl.replaceAll("/+$", "");
        }

        /** Required: the token of every request. */
        public Builder token(TokenSource source) {
            tokens = source;
            return this;
        }

        /** One request without a response within this time (15 s) counts as one without a response, and is repeated. */
        public Builder timeout(Duration ofOneRequest) {
            timeout = positive(ofOneRequest);
            return this;
        }

        /** A request and all of its repeats end within this time (1 min). */
        public Builder deadline(Duration ofAllRepeats) {
            deadline = positive(ofAllRepeats);
            return this;
        }

        /** The HTTP client, for another proxy, TLS or executor. By default one that follows no redirect. */
        public Builder http(HttpClient client) {
            http = client;
            return this;
        }

        public OrderOnce build() {
            HttpClient client = http == null
                    ? HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .connectTimeout(timeout)
                            .build()
                    : http;
            TokenSource source = Objects.requireNonNull(tokens, "token");
            return new OrderOnce(new Transport(client, baseUrl, source, timeout, Optional.empty()), deadline);
        }
    }

    static Duration positive(Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("not positive: " + duration);
        }
        return duration;
    }

    /**
     * Returns this client, acting for a buyer: for programs with the role {@code service}. The program vouches for the
     * buyer.
     *
     * @param buyer the {@code sub} of the buyer's tokens, ASCII
     */
    public OrderOnce onBehalfOf(String buyer) {
        return new OrderOnce(transport.onBehalfOf(Optional.of(buyer)), deadline);
    }

    /** Returns the form for everything else that must be done once; it is the program's, not a buyer's. */
    public Once once() {
        return new Once(transport.onBehalfOf(Optional.empty()), deadline);
    }

    /**
     * Returns the number of a checkout. Store it before it is used: a program that crashes repeats the order under it.
     *
     * @param checkout the shop's id of the checkout, 1 to 128 visible ASCII characters
     * @return with the state {@code PLACED} the checkout has its order, under this number
     */
    public Answer<NumberStatus> issue(String checkout) throws InterruptedException {
        Answer<NumberStatus> issued = ask(
                Call.of("GET", "/order-numbers?checkout=" + encoded(checkout), OrderOnce::isNumberStatus),
                OrderOnce::numberStatus);
        // The response does not name the checkout. If this buyer has no such order, a proxy has mixed up two responses.
        boolean isAnothers = issued instanceof Answer.Success<NumberStatus> success
                && success.value().isPlaced()
                && find(success.value().number()) instanceof Answer.Refused<Order> refused
                && refused.problem().status() == NOT_FOUND;
        return isAnothers ? new Answer.Unknown<>("the number of an order of another buyer", Optional.empty()) : issued;
    }

    /**
     * Places an order under a number.
     *
     * <p>{@link Answer.Success} is the order, placed now or before; {@link Answer.Refused} is to be treated by its
     * {@link Problem#retry()}, with another number only if it is {@link Retry#NEW_NUMBER}; {@link Answer.Unknown} is
     * repeated with the same number, now or after a restart, or looked up, or voided.
     *
     * @param number the number, stored by the caller
     * @param checkout the checkout that it was issued for
     * @param draft {@code currency}, {@code total}, {@code lines} and what else an order may have, as JSON values;
     *     {@link Json#readObject} makes it of a text
     */
    public Answer<Order> place(String number, String checkout, Map<String, ?> draft) throws InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>(draft);
        body.put("orderNumber", number);
        body.put("checkout", checkout);
        Call call = Call.of("POST", "/orders", order -> isOrder(order) && isOf(number, checkout, order))
                .refusedIf(problem -> isRefusalOf(number, checkout, problem))
                .with(body);
        return ask(call, OrderOnce::order);
    }

    /**
     * Places an order under an idempotency key.
     *
     * @param key 20 to 255 visible ASCII characters, stored by the caller; a UUID will do
     * @param draft as for a number
     * @see #place
     */
    public Answer<Order> placeByKey(String key, Map<String, ?> draft) throws InterruptedException {
        Call call = Call.of("POST", "/orders", order -> isOrder(order) && isOfAKey(order) && hasTotalOf(draft, order))
                .header("Idempotency-Key", '"' + key.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .with(draft);
        return ask(call, OrderOnce::order);
    }

    /** Returns what became of a number: the authoritative answer to "was it placed?". */
    public Answer<NumberStatus> lookUp(String number) throws InterruptedException {
        return ask(ofNumber("GET", number), OrderOnce::numberStatus);
    }

    /**
     * Voids a number that was not placed: it can never become an order from then on. A request that is still in transit
     * and this one race, and exactly one of them succeeds.
     *
     * @return {@code VOIDED}; or refused, with the order that exists ({@link Problem#order()})
     */
    public Answer<NumberStatus> voidNumber(String number) throws InterruptedException {
        return ask(ofNumber("DELETE", number), OrderOnce::numberStatus);
    }

    private static Call ofNumber(String method, String number) {
        return Call.of(
                        method,
                        "/order-numbers/" + encoded(number),
                        status -> isNumberStatus(status) && isSame(status.get("number"), number))
                .refusedIf(problem -> isSame(problem.members().getOrDefault("number", number), number)
                        && problem.order().map(order -> isSame(order, number)).orElse(true));
    }

    /**
     * Returns what became of an idempotency key.
     *
     * @param key one without a quote, slash, backslash, semicolon or percent sign, which no path may contain
     */
    public Answer<KeyStatus> lookUpKey(String key) throws InterruptedException {
        return ask(ofKey("GET", key), OrderOnce::keyStatus);
    }

    /**
     * Voids an idempotency key under which no order was placed: it can never become one from then on.
     *
     * @param key one without a quote, slash, backslash, semicolon or percent sign, which no path may contain
     * @return {@code VOIDED}; or refused, with the order that exists ({@link Problem#order()})
     */
    public Answer<KeyStatus> voidKey(String key) throws InterruptedException {
        return ask(ofKey("DELETE", key), OrderOnce::keyStatus);
    }

    private static Call ofKey(String method, String key) {
        return Call.of(
                method,
                // Quoted, as in the header: a comma would separate two keys.
                "/idempotency-keys/" + encoded('"' + key + '"'),
                status -> key.equals(status.get("key")) && status.get("state") instanceof String);
    }

    /** Returns an order by its number. */
    public Answer<Order> find(String number) throws InterruptedException {
        return ask(
                Call.of(
                        "GET",
                        "/orders/" + encoded(number),
                        order -> isOrder(order) && isSame(order.get("number"), number)),
                OrderOnce::order);
    }

    private <T> Answer<T> ask(Call call, Function<Map<String, Object>, T> reader) throws InterruptedException {
        Predicate<Problem> isRepeatable =
                problem -> problem.retry() == Retry.SAME_REQUEST || problem.isLookalikeInProgress();
        Transport.Outcome outcome = transport.repeat(call, Deadline.in(deadline), isRepeatable);
        Reply last = outcome.last();
        if (last instanceof Reply.Success success) {
            boolean isReplayed = Boolean.TRUE.equals(success.body().get("duplicated"));
            return new Answer.Success<>(reader.apply(success.body()), isReplayed);
        }
        if (last instanceof Reply.Refusal refusal) {
            Problem problem = refusal.problem();
            // A lost request that only reads changes nothing when it arrives.
            boolean isUnresolved = outcome.isUnresolved() && !call.isRead();
            return isFinal(problem, isUnresolved)
                    ? new Answer.Refused<>(problem)
                    : new Answer.Unknown<>(problem.title(), Optional.of(problem));
        }
        return new Answer.Unknown<>(((Reply.NoResponse) last).reason(), Optional.empty());
    }

    /**
     * Whether a refusal says that this request does nothing. An earlier one without a response may still arrive: then
     * only those do that retire the number or key, or show the order that exists.
     */
    private static boolean isFinal(Problem problem, boolean isUnresolved) {
        return switch (problem.retry()) {
            case NEW_NUMBER, NEW_KEY -> true;
            case NEVER -> !isUnresolved || problem.order().isPresent();
            case AFTER_CHANGE ->
                !isUnresolved || problem.acknowledged(Map.of("total", 0)).isPresent();
            case SAME_REQUEST -> false;
        };
    }

    // --- whether a response is about what was asked ---

    private static boolean isNumberStatus(Map<String, Object> status) {
        return status.get("number") instanceof String number
                && NUMBER.matcher(number).matches()
                && status.get("state") instanceof String;
    }

    private static boolean isOrder(Map<String, Object> order) {
        return order.get("number") instanceof String
                && order.get("currency") instanceof String
                && order.get("total") instanceof Number
                && order.get("lines") instanceof Iterable<?>;
    }

    /** The order of the number; or, as a repeat, that of the same checkout under another number. */
    private static boolean isOf(String number, String checkout, Map<String, Object> order) {
        boolean isOfCheckout = Boolean.TRUE.equals(order.get("duplicated")) && checkout.equals(order.get("checkout"));
        return isOfCheckout || isSame(order.get("number"), number);
    }

    private static boolean isRefusalOf(String number, String checkout, Problem problem) {
        if (problem.name().equals("checkout-completed")) {
            return checkout.equals(problem.members().get("checkout"));
        }
        // A possible duplicate links to another order.
        boolean isLinked = problem.retry() == Retry.NEVER && problem.order().isPresent();
        return isSame(problem.members().getOrDefault("number", number), number)
                && (!isLinked || isSame(problem.order().get(), number));
    }

    private static boolean isOfAKey(Map<String, Object> order) {
        return String.valueOf(order.get("number")).startsWith(OF_A_KEY);
    }

    /** A response does not name its key; a repeat has the same content as the request. */
    private static boolean hasTotalOf(Map<String, ?> draft, Map<String, Object> order) {
        return Objects.equals(order.get("currency"), draft.get("currency"))
                && order.get("total") instanceof Number placed
                && draft.get("total") instanceof Number submitted
                && new BigDecimal(placed.toString()).compareTo(new BigDecimal(submitted.toString())) == 0;
    }

    /** By the service's lenient parsing: case, hyphens, spaces, I and L as 1, O as 0. */
    private static boolean isSame(@Nullable Object one, String other) {
        return one instanceof String text && symbols(text).equals(symbols(other));
    }

    private static String symbols(String number) {
        return number.replaceAll("[- ]", "")
                .toUpperCase(Locale.ROOT)
                .replaceAll("[IL]", "1")
                .replace('O', '0');
    }

    // --- values ---

    private static Order order(Map<String, Object> members) {
        return new Order(String.valueOf(members.get("number")), members);
    }

    private static NumberStatus numberStatus(Map<String, Object> members) {
        return new NumberStatus(
                String.valueOf(members.get("number")),
                String.valueOf(members.get("state")),
                instant(members.get("expiresAt")));
    }

    private static KeyStatus keyStatus(Map<String, Object> members) {
        Optional<String> number = Optional.ofNullable(members.get("number")).map(Object::toString);
        return new KeyStatus(String.valueOf(members.get("key")), String.valueOf(members.get("state")), number);
    }

    private static Optional<Instant> instant(@Nullable Object text) {
        try {
            return text instanceof String time ? Optional.of(Instant.parse(time)) : Optional.empty();
        } catch (DateTimeException unreadable) {
            return Optional.empty();
        }
    }

    /** Percent-encoded for a path or a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
