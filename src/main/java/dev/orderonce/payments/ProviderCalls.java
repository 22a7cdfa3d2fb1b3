package dev.orderonce.payments;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.smallrye.mutiny.Uni;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;

import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The provider's interface, with its time-outs, retries and circuit breaker. Asking again is
 * harmless: every call names our own reference.
 */
@ApplicationScoped
class ProviderCalls {
    /** Half of so many calls failing opens the circuit: a second's worth of a busy shop. */
    private static final int CALLS_WATCHED = 20;

    /** How long nobody asks a provider that does not answer; the settler comes back in any case. */
    private static final long OPEN_MILLIS = 2000;

    /** Once more, at once or nearly so: what failed twice is left to the settler. */
    private static final int RETRIES = 1;

    private static final long RETRY_AFTER_MILLIS = 100;

    private final PaymentSettings settings;

    /** None is sent if there is no token. */
    private final @Nullable String authorization;

    private final AtomicReference<@Nullable Provider> connected = new AtomicReference<>();

    ProviderCalls(PaymentSettings settings) {
        this.settings = settings;
        this.authorization = settings.providerToken().map(token -> "Bearer " + token).orElse(null);
    }

    private Provider connect() {
        String url = settings.providerUrl().orElseThrow();
        long millis = settings.answerWithin().toMillis();
        return QuarkusRestClientBuilder.newBuilder()
                .baseUri(URI.create(url))
                .connectTimeout(millis, TimeUnit.MILLISECONDS)
                .readTimeout(millis, TimeUnit.MILLISECONDS)
                // The token is for this provider, not for where it may send us.
                .followRedirects(false)
                .build(Provider.class);
    }

    /** What the provider is sent with a capture. */
    record CaptureRequest(long amount, String currency, String method) {}

    /** What the provider is sent with a refund. */
    record RefundRequest(long amount, String currency) {}

    /** What it answers: {@code captured}, {@code declined} or {@code refunded}. */
    @JsonIgnoreProperties(ignoreUnknown = true) // what a provider adds is its own business
    record ProviderAnswer(@Nullable String state, @Nullable String reason) {}

    /** The provider's resources. */
    @Path("/payments/{reference}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    interface Provider {
        @PUT
        @Path("/capture")
        Uni<ProviderAnswer> capture(
                @HeaderParam("Authorization") @Nullable String authorization,
                @PathParam("reference") String reference,
                CaptureRequest request);

        @PUT
        @Path("/refund")
        Uni<ProviderAnswer> refund(
                @HeaderParam("Authorization") @Nullable String authorization,
                @PathParam("reference") String reference,
                RefundRequest request);

        @GET
        Uni<ProviderAnswer> query(
                @HeaderParam("Authorization") @Nullable String authorization,
                @PathParam("reference") String reference);
    }

    @Retry(
            maxRetries = RETRIES,
            delay = RETRY_AFTER_MILLIS,
            abortOn = WebApplicationException.class)
    @CircuitBreaker(
            requestVolumeThreshold = CALLS_WATCHED,
            delay = OPEN_MILLIS,
            skipOn = WebApplicationException.class)
    Uni<ProviderAnswer> capture(String reference, long amount, String currency, String method) {
        return provider()
                .capture(authorization, reference, new CaptureRequest(amount, currency, method));
    }

    @Retry(
            maxRetries = RETRIES,
            delay = RETRY_AFTER_MILLIS,
            abortOn = WebApplicationException.class)
    @CircuitBreaker(
            requestVolumeThreshold = CALLS_WATCHED,
            delay = OPEN_MILLIS,
            skipOn = WebApplicationException.class)
    Uni<ProviderAnswer> refund(String reference, long amount, String currency) {
        return provider().refund(authorization, reference, new RefundRequest(amount, currency));
    }

    @Retry(
            maxRetries = RETRIES,
            delay = RETRY_AFTER_MILLIS,
            abortOn = WebApplicationException.class)
    @CircuitBreaker(
            requestVolumeThreshold = CALLS_WATCHED,
            delay = OPEN_MILLIS,
            skipOn = WebApplicationException.class)
    Uni<ProviderAnswer> query(String reference) {
        return provider().query(authorization, reference);
    }

    @PreDestroy
    void close() throws IOException {
        if (connected.getAndSet(null) instanceof Closeable open) {
            open.close();
        }
    }

    /** Made when it is first needed: a simulated provider has no address to connect to. */
    private Provider provider() {
        return Objects.requireNonNull(
                connected.updateAndGet(earlier -> earlier == null ? connect() : earlier));
    }
}
