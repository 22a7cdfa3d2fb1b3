package dev.orderonce.webhooks;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Resolves the hosts of receivers, and decides which addresses the service sends to. The caller connects to the very
 * address that was returned: a name that leads elsewhere a moment later leads nowhere.
 */
@ApplicationScoped
class TargetAddresses {
    /**
     * The system's resolver blocks its thread, for many seconds if a name server does not answer. Each host has one
     * lookup at a time, and so each endpoint.
     */
    private static final int RESOLVER_THREADS = WebhookStore.MOST;

    /** In progress and waiting: of the endpoints, and of requests that name other hosts. */
    static final int MOST_LOOKUPS = 5 * RESOLVER_THREADS;

    private static final long RESOLVE_TIMEOUT_MILLIS = 5000;

    private final WebhookSettings settings;
    private final Resolver resolver;
    private final Vertx vertx;
    private final WorkerExecutor threads;

    /** Lookups that have not ended, even if nobody waits for them any more; each host has one at most. */
    private final Map<String, Future<InetAddress[]>> lookups = new ConcurrentHashMap<>();

    /** Returns all addresses of a host; may block. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** An address of the host is one that the service does not send to. */
    static final class AddressRefused extends RuntimeException {
        private static final long serialVersionUID = 1;

        AddressRefused() {
            super("an address of the host is not one that the service sends to", null, false, false);
        }
    }

    /** The host has no address, or none is known in time. */
    static final class Unresolved extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unresolved(Throwable cause) {
            super("the host has no address", cause, false, false);
        }
    }

    @Inject
    TargetAddresses(WebhookSettings settings, Vertx vertx) {
        this(settings, vertx, InetAddress::getAllByName);
    }

    TargetAddresses(WebhookSettings settings, Vertx vertx, Resolver resolver) {
        this.settings = settings;
        this.resolver = resolver;
        this.vertx = vertx;
        this.threads = vertx.createSharedWorkerExecutor("webhook-resolver", RESOLVER_THREADS);
    }

    /**
     * Resolves the host of a URL.
     *
     * @return at least one address; fails with {@link Unresolved}, and with {@link AddressRefused} if only one of them
     *     is not allowed: a name with public and private addresses is a mistake or an attack
     */
    Future<List<InetAddress>> of(WebhookUrl url) {
        return resolve(url.host())
                .recover(failure -> Future.failedFuture(new Unresolved(failure)))
                .compose(found -> Arrays.stream(found).allMatch(address -> isAllowed(url, address))
                        ? Future.succeededFuture(List.of(found))
                        : Future.failedFuture(new AddressRefused()));
    }

    /** Joins the lookup of the host that is in progress, or begins one. */
    private Future<InetAddress[]> resolve(String host) {
        if (lookups.size() >= MOST_LOOKUPS && !lookups.containsKey(host)) {
            return Future.failedFuture("too many hosts are being resolved");
        }
        Future<InetAddress[]> lookup =
                lookups.computeIfAbsent(host, name -> threads.executeBlocking(() -> resolver.resolve(name), false));
        lookup.onComplete(_ -> lookups.remove(host, lookup));
        // The lookup ends in the context of the caller that began it: that of another request.
        Context caller = vertx.getOrCreateContext();
        Promise<InetAddress[]> found = Promise.promise();
        lookup.timeout(RESOLVE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .onComplete(result -> caller.runOnContext(_ -> found.handle(result)));
        return found.future();
    }

    private boolean isAllowed(WebhookUrl url, InetAddress address) {
        return switch (TargetAddress.kind(address)) {
            case PUBLIC -> url.isSecure();
            case PRIVATE -> url.isSecure() && settings.allowPrivateAddresses();
            case LOOPBACK -> settings.allowLoopback();
            case FORBIDDEN -> false;
        };
    }

    @PreDestroy
    void close() {
        threads.close();
    }
}
