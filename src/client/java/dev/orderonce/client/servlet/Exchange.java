package dev.orderonce.client.servlet;

import dev.orderonce.client.Claim;
import dev.orderonce.client.OnceException;
import dev.orderonce.client.Problem;
import dev.orderonce.client.Turn;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One request and its response, from the filter to the end; under a claim once it has begun. */
final class Exchange {
    private static final Logger LOG = System.getLogger(Exchange.class.getName());

    /** Bounds the memory of a request. */
    private static final int REQUEST_LIMIT = 1 << 20;

    private static final int FIRST_SERVER_ERROR = 500;

    /** Refusals that say something of the caller or of the moment, not of the request: a repeat may succeed. */
    private static final Set<Integer> TRANSIENT = Set.of(401, 403, 408, 409, 423, 425, 429);

    private final IdempotencyFilter filter;
    private final HeldRequest request;
    private final HeldResponse response;
    private @Nullable Claim claim;

    Exchange(IdempotencyFilter filter, HttpServletRequest request, HttpServletResponse response) {
        this.filter = filter;
        this.request = new HeldRequest(request);
        this.response = new HeldResponse(response, StoredResponse.BODY_LIMIT);
    }

    HeldRequest request() {
        return request;
    }

    HeldResponse response() {
        return response;
    }

    /**
     * Claims the request's key.
     *
     * @param current the response of the caller, which may have wrapped this one
     * @return whether to handle the request; if not, the response was sent
     */
    boolean begin(HttpServletRequest seen, HttpServletResponse current) throws IOException {
        if (claim != null) {
            return true; // forwarded to a second idempotent method
        }
        Optional<String> key = KeyHeader.read(request);
        if (key.isEmpty()) {
            Refusal.NO_KEY.send(current, 0);
            return false;
        }
        String type = Optional.ofNullable(request.getContentType()).orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("multipart/")) {
            Refusal.MULTIPART.send(current, 0);
            return false;
        }
        Digest content = new Digest()
                .add(request.getMethod())
                .add(request.getRequestURI())
                .add(Optional.ofNullable(request.getQueryString()).orElse(""));
        if (type.startsWith("application/x-www-form-urlencoded")) {
            // Before the body, which a container parses for some methods only, and a filter may have parsed.
            new TreeMap<>(request.getParameterMap()).forEach((name, values) -> {
                content.add(name).add(Integer.toString(values.length));
                Stream.of(values).forEach(content::add);
            });
        }
        // Empty if it was parsed.
        byte[] body = request.read(REQUEST_LIMIT);
        if (body.length > REQUEST_LIMIT) {
            Refusal.TOO_LARGE.send(current, 0);
            return false;
        }
        content.add(body);
        // Two callers with the same key must not meet.
        String name =
                new Digest().add(filter.caller().apply(seen)).add(key.get()).text();
        Optional<Turn> turn = claim(name, content.text(), current);
        if (turn.isEmpty()) {
            return false;
        }
        if (turn.get() instanceof Turn.Done done) {
            StoredResponse.replay(done.result(), current);
            return false;
        }
        claim = (Claim) turn.get();
        request.hold();
        response.hold();
        seen.setAttribute(IdempotencyFilter.KEY, name);
        return true;
    }

    private Optional<Turn> claim(String name, String content, HttpServletResponse current) throws IOException {
        try {
            return Optional.of(filter.once().claim(filter.scope(), name, Optional.of(content)));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            Refusal.UNAVAILABLE.send(current, 1);
        } catch (OnceException failure) {
            refuse(failure, current);
        }
        return Optional.empty();
    }

    /** Nothing was done. Without a claim nothing may be done. */
    private static void refuse(OnceException failure, HttpServletResponse current) throws IOException {
        long retryAfter = failure.problem()
                .flatMap(Problem::retryAfter)
                .map(Duration::toSeconds)
                .orElse(1L);
        switch (failure.reason()) {
            case HELD -> Refusal.HELD.send(current, retryAfter);
            case REQUEST_DIFFERS -> Refusal.DIFFERS.send(current, 0);
            case UNAVAILABLE -> {
                LOG.log(Level.WARNING, "a request was refused, because its key could not be claimed", failure);
                Refusal.UNAVAILABLE.send(current, retryAfter);
            }
            case REFUSED, CLAIM_LOST, NOT_STORED -> {
                LOG.log(Level.ERROR, "order-once refuses this program's claims", failure);
                Refusal.UNAVAILABLE.send(current, retryAfter);
            }
        }
    }

    /** Stores the response and sends it, or sends it and gives the claim up. */
    void end() throws IOException {
        Claim held = claim;
        if (held == null) {
            return;
        }
        if (request.isAsyncStarted()) {
            throw new IllegalStateException("an idempotent method cannot respond asynchronously");
        }
        int status = response.getStatus();
        if (status >= FIRST_SERVER_ERROR || TRANSIENT.contains(status)) {
            held.close();
            response.release();
            return;
        }
        Map<String, Object> stored = StoredResponse.of(response, filter.headers());
        try {
            held.complete(stored);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            LOG.log(Level.WARNING, "a response may not have been stored: the thread was interrupted");
        } catch (OnceException failure) {
            LOG.log(Level.WARNING, "a response was not stored", failure);
            boolean isLost = failure.reason() == OnceException.Reason.CLAIM_LOST;
            // The response that counts is that of the other request.
            if (isLost && response.discard()) {
                Refusal.HELD.send(response, 1);
                return;
            }
        }
        // Stored or not, the work is done: a client that knows it does not repeat it.
        response.release();
    }

    /** Gives the claim up, unless it was completed. */
    void close() {
        if (claim != null) {
            claim.close();
        }
    }
}
