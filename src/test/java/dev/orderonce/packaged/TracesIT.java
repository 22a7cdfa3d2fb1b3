package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With a collector, each request is a trace through Redis and PostgreSQL that is found by its order's number, and log
 * records carry the trace's id.
 */
class TracesIT {
    private static final HexFormat HEX = HexFormat.of();

    /** The exporter sends every five seconds. */
    private static final Duration EXPORTED_WITHIN = Duration.ofSeconds(30);

    @TempDir
    static Path directory;

    private static final List<Span> SPANS = new CopyOnWriteArrayList<>();
    private static final List<String> PROVIDER_HEARD = new CopyOnWriteArrayList<>();
    private static HttpServer collector;
    private static Service service;
    private static String token;

    @BeforeAll
    static void start() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            // All at once: a test that sees one span of an export sees the others.
            SPANS.addAll(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()).getResourceSpansList().stream()
                    .flatMap(resource -> resource.getScopeSpansList().stream())
                    .flatMap(scope -> scope.getSpansList().stream())
                    .toList());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        // The provider, which continues the trace.
        collector.createContext("/payments/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            PROVIDER_HEARD.add(String.valueOf(exchange.getRequestHeaders().getFirst("traceparent")));
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            byte[] captured = "{\"state\":\"captured\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, captured.length);
            exchange.getResponseBody().write(captured);
            exchange.close();
        });
        collector.start();
        String here = "http://127.0.0.1:" + collector.getAddress().getPort();
        service = Service.launch(
                        directory,
                        Map.of(
                                "QUARKUS_OTEL_SDK_DISABLED",
                                "false",
                                "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
                                here,
                                "QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL",
                                "http/protobuf",
                                "PAYMENTS_PROVIDER_URL",
                                here,
                                "PAYMENTS_NOTIFICATION_SECRET",
                                "something",
                                "QUARKUS_LOG_CATEGORY__DEV_ORDERONCE_OUTCOMES__LEVEL",
                                "DEBUG"))
                .ready();
        token = service.signIn("alice");
    }

    @AfterAll
    static void stop() {
        service.close();
        collector.stop(0);
    }

    /** A trace that was begun in front of the service, as by a proxy. */
    private static String newTrace() {
        byte[] id = new byte[16];
        ThreadLocalRandom.current().nextBytes(id);
        id[0] = 1; // all zeros is none
        return HEX.formatHex(id);
    }

    private static Map<String, String> within(String trace) {
        return Map.of("traceparent", "00-" + trace + "-00f067aa0ba902b7-01");
    }

    private static List<Span> spansOf(String trace) {
        return SPANS.stream()
                .sorted(Comparator.comparing(Span::getStartTimeUnixNano))
                .filter(span -> HEX.formatHex(span.getTraceId().toByteArray()).equals(trace))
                .toList();
    }

    private static Span server(String trace) {
        return await().atMost(EXPORTED_WITHIN)
                .until(
                        () -> spansOf(trace).stream()
                                .filter(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static String attribute(Span span, String name) {
        return span.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals(name))
                .map(KeyValue::getValue)
                .map(value -> value.hasIntValue() ? "" + value.getIntValue() : value.getStringValue())
                .findFirst()
                .orElse("");
    }

    private static void assertStatements(String trace, Span server, String... statements) {
        assertThat(spansOf(trace))
                .filteredOn(span -> span.getKind() == Span.SpanKind.SPAN_KIND_CLIENT)
                .allSatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo(server.getSpanId()))
                .allSatisfy(span -> assertThat(span.getEndTimeUnixNano())
                        .isBetween(span.getStartTimeUnixNano(), server.getEndTimeUnixNano()))
                .extracting(Span::getName)
                .containsExactly(statements);
    }

    @Test
    void placing_isATraceThroughBothStoresWithTheOrdersNumber() {
        // Given
        String number = service.newNumber(token);
        String trace = newTrace();
        // When
        HttpResponse<String> response = service.place(within(trace), token, number);
        // Then
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().allValues("Request-Id")).containsExactly(trace);
        Span server = server(trace);
        assertThat(server.getName()).isEqualTo("POST /orders");
        assertThat(attribute(server, "orderonce.order.number")).isEqualTo(number);
        assertThat(attribute(server, "orderonce.outcome")).isEqualTo("placed");
        assertStatements(trace, server, "redis admit", "postgresql insert");
    }

    @Test
    void aRepeat_isATraceOfARead() {
        // Given
        String number = service.newNumber(token);
        service.place(token, number);
        String trace = newTrace();
        // When
        assertThat(service.place(within(trace), token, number).statusCode()).isEqualTo(200);
        // Then
        Span server = server(trace);
        assertThat(attribute(server, "orderonce.outcome")).isEqualTo("already-placed");
        assertStatements(trace, server, "redis admit", "redis record", "postgresql find");
    }

    @Test
    void aPayment_isATraceThatTheProviderTakesOn() {
        // Given
        String number = service.newNumber(token);
        service.place(token, number);
        String trace = newTrace();
        // When
        assertThat(service.sendWith(
                                with("Idempotency-Key", "\"" + newTrace() + "\"", trace),
                                "POST",
                                "/orders/" + number + "/payments",
                                Optional.of(token),
                                "{\"method\":\"card\"}")
                        .statusCode())
                .isEqualTo(201);
        // Then
        Span server = server(trace);
        assertThat(attribute(server, "orderonce.order.number")).isEqualTo(number);
        assertThat(PROVIDER_HEARD).anySatisfy(heard -> assertThat(heard).contains(trace));
        // No request waits for the release of the lock.
        await().atMost(EXPORTED_WITHIN)
                .untilAsserted(() -> assertThat(spansOf(trace))
                        .extracting(Span::getName)
                        .contains("redis lock", "redis unlock", "postgresql UPDATE")
                        .anyMatch(name -> name.startsWith("PUT")));
    }

    private static Map<String, String> with(String header, String value, String trace) {
        Map<String, String> headers = new HashMap<>(within(trace));
        headers.put(header, value);
        return headers;
    }

    @Test
    void theLog_saysTheTracesId() {
        // Given
        String number = service.newNumber(token);
        String trace = newTrace();
        // When
        service.place(within(trace), token, number);
        // Then
        JsonObject line = await().until(
                        () -> service.log()
                                .lines()
                                .filter(said -> said.contains(trace))
                                .findFirst(),
                        Optional::isPresent)
                .map(JsonObject::new)
                .orElseThrow();
        assertThat(line.getString("message")).isEqualTo("place: placed");
        assertThat(line.getJsonObject("mdc").getString("traceId")).isEqualTo(trace);
        assertThat(line.getJsonObject("mdc").getString("requestId")).isEqualTo(trace);
        assertThat(line.getJsonObject("mdc").getString("orderNumber")).isEqualTo(number);
    }

    /** Also of a request that the router refuses, and of one that is not sampled. */
    @Test
    void aRefusal_namesItsTrace() {
        for (String path : List.of("/nowhere", "/orders;x")) {
            String trace = newTrace();
            // When
            HttpResponse<String> response = service.sendWith(
                    Map.of("traceparent", "00-" + trace + "-00f067aa0ba902b7-00"), "GET", path, Optional.empty(), "");
            // Then
            assertThat(response.headers().allValues("Request-Id")).containsExactly(trace);
            assertThat(new JsonObject(response.body()).getString("instance")).isEqualTo("/requests/" + trace);
        }
    }

    @Test
    void untracedRequests_andManagementEndpoints_haveNoSpans() {
        // Given
        String trace = newTrace();
        String last = newTrace();
        String unsampled = newTrace();
        // When
        service.sendWith(within(trace), "GET", "/q/health/ready", Optional.empty(), "");
        service.sendWith(
                Map.of("traceparent", "00-" + unsampled + "-00f067aa0ba902b7-00"),
                "GET",
                "/orders",
                Optional.of(token),
                "");
        service.sendWith(within(last), "GET", "/orders", Optional.of(token), "");
        // Then
        assertThat(server(last).getName()).isEqualTo("GET /orders");
        assertThat(spansOf(trace)).isEmpty();
        assertThat(spansOf(unsampled)).isEmpty();
        assertThat(SPANS)
                .as("requested by no client")
                .filteredOn(span -> span.getKind() == Span.SpanKind.SPAN_KIND_CLIENT)
                .noneMatch(span -> span.getParentSpanId().isEmpty());
    }
}
