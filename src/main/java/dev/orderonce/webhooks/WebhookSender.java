package dev.orderonce.webhooks;

import dev.orderonce.webhooks.TargetAddresses.AddressRefused;
import dev.orderonce.webhooks.TargetAddresses.Unresolved;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends one delivery. Bounded in time and in what is read of the response, whose body is ignored; redirects are not
 * followed: their target was not checked.
 */
@ApplicationScoped
class WebhookSender {
    private static final Logger LOG = Logger.getLogger(WebhookSender.class);

    /** For each address. */
    private static final int CONNECT_TIMEOUT_MILLIS = 5000;

    /** Within one attempt, so that it ends in time; of a host with more, the next attempt begins with another one. */
    private static final int MOST_ADDRESSES = 3;

    /** From the request to the end of the response. Receivers store the event and answer; the work comes after it. */
    private static final long TIMEOUT_MILLIS = 15_000;

    /** A receiver that answers with more loses the connection, not its answer. */
    private static final int LARGEST_ANSWER = 64 * 1024;

    /** Shorter than servers keep idle connections: a request in a connection that is being closed fails. */
    private static final int KEEP_ALIVE_SECONDS = 10;

    private final TargetAddresses addresses;
    private final HttpClient client;

    /**
     * How an attempt ended.
     *
     * @param retryAfter the receiver's {@code Retry-After} in seconds
     */
    record Response(DeliveryResult result, Optional<Integer> status, Optional<Duration> retryAfter) {
        private static Response without(DeliveryResult result) {
            return new Response(result, Optional.empty(), Optional.empty());
        }

        private static Response of(HttpClientResponse response) {
            int status = response.statusCode();
            DeliveryResult result = status >= 200 && status <= 299
                    ? DeliveryResult.DELIVERED
                    : status == 410 ? DeliveryResult.GONE : DeliveryResult.REFUSED;
            return new Response(result, Optional.of(status), seconds(response.getHeader("Retry-After")));
        }

        /** The form with a date is ignored: the back-off is short against any date that makes sense. */
        private static Optional<Duration> seconds(@Nullable String header) {
            return Optional.ofNullable(header)
                    .filter(text -> text.matches("[0-9]{1,9}"))
                    .map(text -> Duration.ofSeconds(Long.parseLong(text)));
        }
    }

    @Inject
    WebhookSender(TargetAddresses addresses, Vertx vertx) {
        this(addresses, vertx, new HttpClientOptions());
    }

    /** @param options those of TLS */
    WebhookSender(TargetAddresses addresses, Vertx vertx, HttpClientOptions options) {
        this.addresses = addresses;
        this.client = vertx.createHttpClient(options.setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setSslHandshakeTimeout(CONNECT_TIMEOUT_MILLIS)
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                // For each address: so many deliveries to an endpoint are in progress at once.
                .setMaxPoolSize(DeliverBatch.MOST_AT_ONCE)
                .setMaxWaitQueueSize(WebhookStore.MOST * DeliverBatch.MOST_AT_ONCE)
                // Receivers are other organizations' systems.
                .setTracingPolicy(TracingPolicy.IGNORE));
    }

    /**
     * Sends a body; never fails. If no connection to an address is established, the next one is tried; a request that
     * was sent is not repeated.
     *
     * @param attempt 1, 2, …; of several addresses, another one is the first each time
     */
    Uni<Response> send(WebhookUrl url, Map<String, String> headers, byte[] body, int attempt) {
        return Uni.createFrom()
                .completionStage(() -> addresses
                        .of(url)
                        .compose(found -> exchange(url, inTurn(found, attempt), headers, Buffer.buffer(body)))
                        .recover(failure -> {
                            LOG.debugf(failure, "%s cannot be reached", url.host());
                            return Future.succeededFuture(Response.without(result(failure)));
                        })
                        .toCompletionStage());
    }

    private static List<InetAddress> inTurn(List<InetAddress> found, int attempt) {
        List<InetAddress> turned = new ArrayList<>(found);
        Collections.rotate(turned, -((attempt - 1) % turned.size()));
        return turned.subList(0, Math.min(MOST_ADDRESSES, turned.size()));
    }

    private static DeliveryResult result(Throwable failure) {
        return switch (failure) {
            case Unresolved _ -> DeliveryResult.UNRESOLVED;
            case AddressRefused _ -> DeliveryResult.ADDRESS_REFUSED;
            case TimeoutException _ -> DeliveryResult.TIMEOUT;
            default -> DeliveryResult.UNREACHABLE;
        };
    }

    private Future<Response> exchange(
            WebhookUrl url, List<InetAddress> inTurn, Map<String, String> headers, Buffer body) {
        return connect(url, inTurn).compose(request -> {
            headers.forEach(request::putHeader);
            return request.putHeader(HttpHeaders.USER_AGENT, "order-once")
                    .send(body)
                    .compose(response -> drained(request, response).map(Response.of(response)))
                    .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                    .onFailure(_ -> request.reset());
        });
    }

    /** A request with a connection to the first address that has one; fails with the failure of the last. */
    private Future<HttpClientRequest> connect(WebhookUrl url, List<InetAddress> inTurn) {
        List<InetAddress> others = inTurn.subList(1, inTurn.size());
        return client.request(to(url, inTurn.getFirst()))
                .recover(failure -> others.isEmpty() ? Future.failedFuture(failure) : connect(url, others));
    }

    /** The connection goes to the address that was checked; Host, SNI and certificate are the name's. */
    private static RequestOptions to(WebhookUrl url, InetAddress address) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(url.port(), address.getHostAddress()))
                .setHost(url.host())
                .setPort(url.port())
                .setSsl(url.isSecure())
                .setURI(url.target())
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
    }

    /** Reads the body, so that the connection can be used again; one that is too large ends with the connection. */
    private static Future<Void> drained(HttpClientRequest request, HttpClientResponse response) {
        Promise<Void> end = Promise.promise();
        int[] read = {0};
        response.exceptionHandler(end::tryFail);
        response.endHandler(_ -> end.tryComplete());
        response.handler(chunk -> {
            read[0] += chunk.length();
            if (read[0] > LARGEST_ANSWER && end.tryComplete()) {
                request.reset();
            }
        });
        return end.future();
    }

    @PreDestroy
    void close() {
        client.close();
    }
}
