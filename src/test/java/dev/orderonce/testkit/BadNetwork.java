package dev.orderonce.testkit;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy between a browser and the service that injects faults into requests that place an order: one fault of the
 * test's list per request, and then none.
 */
public final class BadNetwork implements AutoCloseable {
    /** The faults of a request to place. */
    public enum Fault {
        /** It never arrives. */
        DROP_REQUEST,
        /** It is processed; the response is lost. */
        DROP_REPLY,
        /** It is processed; the response comes after the page's timeout. */
        LATE_REPLY,
        /** It arrives twice. */
        TWICE,
        /** It is processed; a gateway in between responds with 502. */
        BAD_GATEWAY
    }

    /** Longer than the page's timeout of 15 s. */
    private static final long LATE_MILLIS = 17_000;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient();
    private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger placings = new AtomicInteger();
    private final HttpServer server;
    private volatile int target;

    private BadNetwork(int target) {
        this.target = target;
        this.server = vertx.createHttpServer()
                .requestHandler(this::handle)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    /** Starts a proxy in front of a service at this port. */
    public static BadNetwork before(int port) {
        return new BadNetwork(port);
    }

    public String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    /** Forwards to another port from now on. */
    public void lead(int port) {
        target = port;
    }

    /** Sets the faults of the next requests to place, one each. */
    public void expect(Fault... next) {
        faults.addAll(java.util.List.of(next));
    }

    /** Removes the remaining faults. */
    public void calm() {
        faults.clear();
    }

    /** The number of requests to place so far. */
    public int placings() {
        return placings.get();
    }

    private void handle(HttpServerRequest request) {
        request.body().onComplete(body -> {
            if (body.succeeded()) {
                handle(request, body.result());
            }
        });
    }

    private void handle(HttpServerRequest request, Buffer body) {
        boolean isPlacing =
                request.method().name().equals("POST") && request.path().equals("/orders");
        Fault fault = isPlacing ? faults.poll() : null;
        if (isPlacing) {
            placings.incrementAndGet();
        }
        if (fault == null) {
            answer(request, body);
            return;
        }
        switch (fault) {
            case DROP_REQUEST -> request.connection().close();
            case DROP_REPLY ->
                send(request, body).onComplete(done -> request.connection().close());
            case LATE_REPLY ->
                vertx.setTimer(
                        1,
                        now -> send(request, body)
                                .onComplete(done -> vertx.setTimer(
                                        LATE_MILLIS,
                                        late -> request.connection().close())));
            case TWICE -> send(request, body).onComplete(first -> answer(request, body));
            case BAD_GATEWAY ->
                send(request, body)
                        .onComplete(done -> request.response()
                                .setStatusCode(502)
                                .putHeader("Content-Type", "text/html")
                                .end("<html><body>Bad Gateway</body></html>"));
        }
    }

    /** Forwards it, and discards the response. */
    private Future<Buffer> send(HttpServerRequest request, Buffer body) {
        return forward(request, body).compose(HttpClientResponse::body);
    }

    private Future<HttpClientResponse> forward(HttpServerRequest request, Buffer body) {
        return client.request(new RequestOptions()
                        .setHost("127.0.0.1")
                        .setPort(target)
                        .setMethod(request.method())
                        .setURI(request.uri()))
                .compose(onward -> {
                    copyHeaders(request, onward);
                    return onward.send(body);
                });
    }

    private static void copyHeaders(HttpServerRequest from, HttpClientRequest to) {
        from.headers().forEach(header -> {
            if (!header.getKey().equalsIgnoreCase("Content-Length")
                    && !header.getKey().equalsIgnoreCase("Connection")) {
                to.putHeader(header.getKey(), header.getValue());
            }
        });
    }

    private void answer(HttpServerRequest request, Buffer body) {
        forward(request, body)
                .onSuccess(response -> {
                    request.response().setStatusCode(response.statusCode());
                    response.headers().forEach(header -> {
                        if (!header.getKey().equalsIgnoreCase("Transfer-Encoding")) {
                            request.response().putHeader(header.getKey(), header.getValue());
                        }
                    });
                    if (response.getHeader("Content-Length") == null) {
                        request.response().setChunked(true);
                    }
                    response.pipeTo(request.response())
                            .onFailure(gone -> request.connection().close());
                    request.connection().closeHandler(gone -> response.request().reset());
                })
                .onFailure(away -> request.connection().close());
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
