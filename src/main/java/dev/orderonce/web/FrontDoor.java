package dev.orderonce.web;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Refuses, before anything else sees them, requests that are ambiguous, too large or too many. */
@ApplicationScoped
class FrontDoor {
    /** Ahead of every filter of the framework; its own go up to 500. */
    private static final int FIRST = 10_000;

    /** The pages load nothing but what stands beside them, and nothing writes HTML at run time. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types 'none'";

    private final HttpSettings settings;
    private final long largestBody;
    private final AtomicInteger underWay = new AtomicInteger();

    FrontDoor(
            HttpSettings settings,
            MeterRegistry metrics,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largestBody) {
        this.settings = settings;
        this.largestBody = largestBody.asLongValue();
        metrics.gauge("orderonce.http.under.way", underWay);
    }

    void register(@Observes Filters filters) {
        filters.register(this::admit, FIRST);
    }

    private void admit(RoutingContext context) {
        if (isAmbiguous(context.request().uri())) {
            refuse(context, Problem.of(ProblemType.PATH_REFUSED));
        } else if (isTooLarge(context)) {
            refuse(context, Problem.of(ProblemType.BODY_TOO_LARGE));
        } else if (isStream(context)) {
            pass(context);
        } else if (underWay.incrementAndGet() > settings.requestsUnderWay() && !isProbe(context)) {
            underWay.decrementAndGet();
            refuse(context, Problem.of(ProblemType.OVERLOADED).after(settings.retryAfter()));
        } else {
            context.addEndHandler(end -> underWay.decrementAndGet());
            boundBody(context);
            pass(context);
        }
    }

    private static void pass(RoutingContext context) {
        context.response().putHeader("X-Content-Type-Options", "nosniff");
        if (isPage(context.request().path())) {
            context.response()
                    .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                    .putHeader("Referrer-Policy", "no-referrer");
        }
        context.next();
    }

    private static boolean isPage(String path) {
        return path.equals("/") || path.endsWith(".html") || path.startsWith("/problems");
    }

    /** Open for minutes and nearly always idle; those who serve it bound how many there are. */
    private static boolean isStream(RoutingContext context) {
        return context.request().path().equals("/events");
    }

    /** An overloaded service is still alive: to restart it for that would make things worse. */
    private static boolean isProbe(RoutingContext context) {
        return context.request().path().startsWith("/q/");
    }

    /**
     * Semicolons, backslashes, encoded slashes, and percent signs encoded once more. What stands
     * before them and what stands after them is matched by different parts of a web stack in
     * different ways; no path here needs them.
     */
    static boolean isAmbiguous(String uri) {
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        if (path.indexOf(';') >= 0 || path.indexOf('\\') >= 0) {
            return true;
        }
        if (path.indexOf('%') < 0) {
            return false;
        }
        String lower = path.toLowerCase(Locale.ROOT);
        return lower.contains("%3b")
                || lower.contains("%2f")
                || lower.contains("%5c")
                || lower.contains("%25");
    }

    private boolean isTooLarge(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length != null && Long.parseLong(length) > largestBody;
        } catch (NumberFormatException notALength) {
            return false; // the server's own parser refuses it
        }
    }

    private void boundBody(RoutingContext context) {
        if (context.request().isEnded()) {
            return;
        }
        long timer =
                context.vertx()
                        .setTimer(
                                settings.bodyWithin().toMillis(),
                                late -> {
                                    if (!context.request().isEnded()) {
                                        context.request().connection().close();
                                    }
                                });
        context.addEndHandler(end -> context.vertx().cancelTimer(timer));
    }

    private static void refuse(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response();
        response.setStatusCode(problem.type().status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                // The body, if there is one, is not read.
                .putHeader(HttpHeaders.CONNECTION, "close");
        problem.retryAfterSeconds()
                .ifPresent(seconds -> response.putHeader(HttpHeaders.RETRY_AFTER, seconds));
        response.end(problem.toJson());
    }
}
