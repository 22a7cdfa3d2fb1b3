package dev.orderonce.payments;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import io.vertx.core.json.JsonObject;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.jspecify.annotations.Nullable;

/**
 * The provider's interface, with its timeouts, retries and circuit breaker. A repeated request is harmless: every call
 * names our own reference.
 *
 * <p>An answer is bounded in size and in time, from the first byte sent to the last byte received: a client for REST
 * reads a body of any size for as long as bytes arrive. Redirects are not followed: the token is for this provider, not
 * for the target of a redirect.
 */
@ApplicationScoped
class ProviderCalls {
    /** The circuit opens when half of so many calls have failed: a second's worth of a busy shop. */
    private static final int CALLS_WATCHED = 20;

    /** How long no request is sent to a provider that does not answer; the job resumes the payments in any case. */
    private static final long OPEN_MILLIS = 2000;

    /** One more attempt, nearly at once: a request that failed twice is left to the job. */
    private static final int RETRIES = 1;

    private static final long RETRY_AFTER_MILLIS = 100;

    /** A state and a reason are a few hundred bytes. */
    private static final int LARGEST_ANSWER = 64 * 1024;

    private final PaymentSettings settings;
    private final ObjectMapper json;
    private final HttpClient client;

    /** Absent without {@code payments.provider-token}. */
    private final @Nullable String authorization;

    ProviderCalls(PaymentSettings settings, ObjectMapper json, Vertx vertx) {
        this.settings = settings;
        this.json = json;
        this.authorization =
                settings.providerToken().map(token -> "Bearer " + token).orElse(null);
        int millis = (int) settings.providerTimeout().toMillis();
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout(millis)
                .setMaxPoolSize(CALLS_WATCHED)
                .setMaxWaitQueueSize(10 * CALLS_WATCHED));
    }

    /** An answer of the provider; its state is {@code captured}, {@code declined} or {@code refunded}. */
    record ProviderAnswer(@Nullable String state, @Nullable String reason) {}

    /** The provider answered with a status other than success. */
    static final class ProviderRefusal extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final int status;

        ProviderRefusal(int status) {
            super("the provider answered with status " + status);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    @Retry(maxRetries = RETRIES, delay = RETRY_AFTER_MILLIS, abortOn = ProviderRefusal.class)
    @CircuitBreaker(requestVolumeThreshold = CALLS_WATCHED, delay = OPEN_MILLIS, skipOn = ProviderRefusal.class)
    Uni<ProviderAnswer> capture(String reference, long amount, String currency, String method) {
        return call(
                HttpMethod.PUT,
                reference + "/capture",
                money(amount, currency).put("method", method).toBuffer());
    }

    @Retry(maxRetries = RETRIES, delay = RETRY_AFTER_MILLIS, abortOn = ProviderRefusal.class)
    @CircuitBreaker(requestVolumeThreshold = CALLS_WATCHED, delay = OPEN_MILLIS, skipOn = ProviderRefusal.class)
    Uni<ProviderAnswer> refund(String reference, long amount, String currency) {
        return call(
                HttpMethod.PUT, reference + "/refund", money(amount, currency).toBuffer());
    }

    @Retry(maxRetries = RETRIES, delay = RETRY_AFTER_MILLIS, abortOn = ProviderRefusal.class)
    @CircuitBreaker(requestVolumeThreshold = CALLS_WATCHED, delay = OPEN_MILLIS, skipOn = ProviderRefusal.class)
    Uni<ProviderAnswer> refundPart(String reference, String refund, long amount, String currency) {
        return call(
                HttpMethod.PUT,
                reference + "/refunds/" + refund,
                money(amount, currency).toBuffer());
    }

    @Retry(maxRetries = RETRIES, delay = RETRY_AFTER_MILLIS, abortOn = ProviderRefusal.class)
    @CircuitBreaker(requestVolumeThreshold = CALLS_WATCHED, delay = OPEN_MILLIS, skipOn = ProviderRefusal.class)
    Uni<ProviderAnswer> query(String reference) {
        return call(HttpMethod.GET, reference, Buffer.buffer());
    }

    private static JsonObject money(long amount, String currency) {
        return new JsonObject().put("amount", amount).put("currency", currency);
    }

    /** Each attempt, a retry too, is a request of its own. */
    private Uni<ProviderAnswer> call(HttpMethod method, String path, Buffer body) {
        return Uni.createFrom().completionStage(() -> answer(method, path, body).toCompletionStage());
    }

    private Future<ProviderAnswer> answer(HttpMethod method, String path, Buffer body) {
        String url = settings.providerUrl().orElseThrow().replaceFirst("/+$", "");
        return client.request(new RequestOptions()
                        .setMethod(method)
                        .setAbsoluteURI(url + "/payments/" + path)
                        // Waiting for a connection counts too.
                        .setConnectTimeout(settings.providerTimeout().toMillis()))
                .compose(request -> exchange(request, body)
                        .timeout(settings.providerTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .onFailure(failure -> giveUp(request, failure)));
    }

    /** Resets a request whose answer is incomplete; after a complete answer there is nothing to reset. */
    private static void giveUp(HttpClientRequest request, Throwable failure) {
        if (!(failure instanceof ProviderRefusal || failure instanceof JacksonException)) {
            request.reset();
        }
    }

    private Future<ProviderAnswer> exchange(HttpClientRequest request, Buffer body) {
        if (authorization != null) {
            request.putHeader(HttpHeaders.AUTHORIZATION, authorization);
        }
        request.putHeader(HttpHeaders.ACCEPT, "application/json");
        if (body.length() > 0) {
            request.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        }
        return request.send(body)
                .compose(response -> bounded(response).compose(answer -> read(response.statusCode(), answer)));
    }

    /** Reads the whole body; fails if it is larger than {@link #LARGEST_ANSWER}. */
    private static Future<Buffer> bounded(HttpClientResponse response) {
        Promise<Buffer> whole = Promise.promise();
        Buffer received = Buffer.buffer();
        response.exceptionHandler(whole::tryFail);
        response.endHandler(end -> whole.tryComplete(received));
        response.handler(chunk -> {
            if (received.length() + chunk.length() > LARGEST_ANSWER) {
                whole.tryFail(new IOException("the provider answered with more than " + LARGEST_ANSWER + " bytes"));
            } else {
                received.appendBuffer(chunk);
            }
        });
        return whole.future();
    }

    /** Unknown members are ignored: providers add some. */
    private Future<ProviderAnswer> read(int status, Buffer body) {
        if (status < 200 || status > 299) {
            return Future.failedFuture(new ProviderRefusal(status));
        }
        try {
            JsonNode answer = json.readTree(body.getBytes());
            return Future.succeededFuture(new ProviderAnswer(text(answer, "state"), text(answer, "reason")));
        } catch (IOException unreadable) {
            return Future.failedFuture(unreadable);
        }
    }

    private static @Nullable String text(JsonNode answer, String member) {
        return answer.path(member).textValue();
    }

    @PreDestroy
    void close() {
        client.close();
    }
}
