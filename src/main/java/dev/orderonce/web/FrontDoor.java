package dev.orderonce.web;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Refuses, before anything else sees them, requests that are ambiguous, too large or too many, and
 * those whose method or parameters the API does not have.
 */
@ApplicationScoped
class FrontDoor {
    /** Ahead of every filter of the framework; its own go up to 500. */
    private static final int FIRST = 10_000;

    /** The pages load nothing but what stands beside them, and nothing writes HTML at run time. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types 'none'";

    /** After the framework's own filters, the one for CORS among them: it answers preflights. */
    private static final int LAST = 10;

    /** More of a client's text than this helps nobody to find a typing error. */
    private static final int LONGEST_ECHO = 64;

    private final HttpSettings settings;
    private final ApiPaths paths;
    private final HttpDate date;
    private final long largestBody;
    private final AtomicInteger underWay = new AtomicInteger();

    FrontDoor(
            HttpSettings settings,
            ApiPaths paths,
            HttpDate date,
            MeterRegistry metrics,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largestBody) {
        this.settings = settings;
        this.paths = paths;
        this.date = date;
        this.largestBody = largestBody.asLongValue();
        metrics.gauge("orderonce.http.under.way", underWay);
    }

    void register(@Observes Filters filters) {
        filters.register(this::admit, FIRST);
        filters.register(this::answerOptions, LAST);
    }

    private void admit(RoutingContext context) {
        if (!isConnected(context)) {
            // Nobody can be answered, and the framework would wait at its stop for an end that it
            // is
            // not told of. Not at once: the next in the pipeline begins when this one ends.
            context.vertx().runOnContext(gone -> context.response().end());
            return;
        }
        context.response().putHeader(HttpHeaders.DATE, date.now());
        if (isAmbiguous(context.request().uri())) {
            refuse(context, Problem.of(ProblemType.PATH_REFUSED));
            return;
        }
        if (isTooLarge(context)) {
            refuse(context, Problem.of(ProblemType.BODY_TOO_LARGE));
            return;
        }
        Optional<Problem> misdirected = misdirected(context.request());
        if (misdirected.isPresent()) {
            refuse(context, misdirected.get());
        } else if (isStream(context)) {
            pass(context);
        } else if (underWay.incrementAndGet() > settings.requestsUnderWay() && !isProbe(context)) {
            underWay.decrementAndGet();
            refuse(context, Problem.of(ProblemType.OVERLOADED).after(settings.retryAfter()));
        } else {
            whenDone(context, underWay::decrementAndGet);
            boundBody(context);
            pass(context);
        }
    }

    /** A method that the path does not have, or a query that its method does not know. */
    private Optional<Problem> misdirected(HttpServerRequest request) {
        return paths.at(request.path())
                .flatMap(
                        methods -> {
                            String method = request.method().name();
                            if (method.equals("OPTIONS")) {
                                return Optional.empty();
                            }
                            return methods.allows(method)
                                    ? badQuery(request, methods.parametersOf(method))
                                    : Optional.of(notAllowed(methods));
                        });
    }

    private static Problem notAllowed(ApiPaths.Methods methods) {
        return Problem.of(ProblemType.METHOD_NOT_ALLOWED)
                .header(HttpHeaders.ALLOW.toString(), methods.allow());
    }

    /** A misspelt parameter may have been meant; to ignore it would answer another question. */
    private static Optional<Problem> badQuery(HttpServerRequest request, Set<String> known) {
        if (request.query() == null) {
            return Optional.empty();
        }
        Map<String, List<String>> given;
        try {
            given = new QueryStringDecoder(request.uri()).parameters();
        } catch (IllegalArgumentException unreadable) {
            return Optional.of(badParameter("The query cannot be decoded."));
        }
        for (Map.Entry<String, List<String>> parameter : given.entrySet()) {
            String name = parameter.getKey();
            String shown = name.substring(0, Math.min(name.length(), LONGEST_ECHO));
            if (!known.contains(name)) {
                return Optional.of(
                        badParameter(
                                "\"%s\" is not a parameter of %s %s: %s."
                                        .formatted(
                                                shown,
                                                request.method(),
                                                request.path(),
                                                known.isEmpty()
                                                        ? "it has none"
                                                        : "it has " + String.join(", ", known))));
            }
            if (parameter.getValue().size() > 1) {
                return Optional.of(badParameter("\"%s\" is given twice.".formatted(shown)));
            }
        }
        return Optional.empty();
    }

    private static Problem badParameter(String detail) {
        return Problem.of(ProblemType.PARAMETER_INVALID, detail);
    }

    private void answerOptions(RoutingContext context) {
        Optional<ApiPaths.Methods> methods =
                context.request().method().equals(HttpMethod.OPTIONS)
                        ? paths.at(context.request().path())
                        : Optional.empty();
        methods.ifPresentOrElse(
                allowed ->
                        context.response()
                                .setStatusCode(204)
                                .putHeader(HttpHeaders.ALLOW, allowed.allow())
                                .end(),
                context::next);
    }

    /** A request can begin after its connection was reset: one that waited behind another in it. */
    private static boolean isConnected(RoutingContext context) {
        return ((ConnectionBase) context.request().connection()).channel().isActive();
    }

    /**
     * Runs exactly once, when the response has ended or the connection was lost, whichever is
     * first. The end handlers of the routing context do not: what reads the body or streams the
     * response takes the one place for a handler that they need.
     */
    private static void whenDone(RoutingContext context, Runnable action) {
        QuarkusRequestWrapper.get(context.request()).addRequestDoneHandler(done -> action.run());
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
        whenDone(context, () -> context.vertx().cancelTimer(timer));
    }

    private static void refuse(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response();
        response.setStatusCode(problem.type().status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        problem.headers().forEach(response::putHeader);
        if (!context.request().isEnded()) {
            // The body is not read.
            response.putHeader(HttpHeaders.CONNECTION, "close");
        }
        response.end(problem.toJson());
    }
}
