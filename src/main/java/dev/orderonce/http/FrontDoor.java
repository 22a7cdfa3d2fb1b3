package dev.orderonce.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses requests that are ambiguous, too large or too many, and those whose method or query parameters the API does
 * not have, before any other code processes them.
 */
@ApplicationScoped
class FrontDoor {
    /** Ahead of every filter of the framework; its own go up to 500. */
    private static final int FIRST = 10_000;

    /** After the framework's filters. */
    private static final int LAST = 10;

    /** Before the framework's own failure handler, which is the last one. */
    private static final int FAILURES = Integer.MAX_VALUE - 1;

    /** In characters: enough of a client's text to find a typing error. */
    private static final int LONGEST_ECHO = 64;

    /** The methods of what the framework serves. */
    private static final String OF_PAGES = "GET, HEAD, OPTIONS";

    private static final int LONGEST_TARGET = 4096;

    /** A token is about 1 kB; some issuers write 4. */
    private static final int LONGEST_HEADERS = 16 * 1024;

    /** A name, or an address in brackets, and a port. */
    private static final int LONGEST_HOST = 253 + 6;

    private final HttpSettings settings;
    private final ApiPaths paths;
    private final Places places;
    private final SlowClients slowClients;
    private final CrossOrigin crossOrigin;
    private final HttpDate date;
    private final RequestIds ids;
    private final long largestBody;

    FrontDoor(
            HttpSettings settings,
            ApiPaths paths,
            Places places,
            SlowClients slowClients,
            CrossOrigin crossOrigin,
            HttpDate date,
            RequestIds ids,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largestBody) {
        this.settings = settings;
        this.paths = paths;
        this.places = places;
        this.slowClients = slowClients;
        this.crossOrigin = crossOrigin;
        this.date = date;
        this.ids = ids;
        this.largestBody = largestBody.asLongValue();
    }

    void register(@Observes Filters filters) {
        filters.register(this::admit, FIRST);
        filters.register(this::answerOptions, LAST);
    }

    /**
     * The router refuses some requests before any filter runs: those without a Host, or with a target that is no path.
     * Its own response is a stack trace, and it logs another one.
     */
    void answerFailures(@Observes Router router) {
        router.route().order(FAILURES).failureHandler(this::answerFailure);
        // A path that the router cannot normalise reaches no route.
        router.errorHandler(400, context -> answerFailure(context, ProblemType.PATH_REFUSED));
    }

    private void answerFailure(RoutingContext context) {
        if (context.response().headWritten() || (context.statusCode() != 400 && context.statusCode() != 404)) {
            context.next();
            return;
        }
        answerFailure(context, context.statusCode() == 404 ? ProblemType.PATH_REFUSED : ProblemType.HOST_REFUSED);
    }

    private void answerFailure(RoutingContext context, ProblemType type) {
        // No route has run, those of the configured headers neither.
        ids.assign(context.response());
        context.response().putHeader(HttpHeaders.DATE, date.now()).putHeader("X-Content-Type-Options", "nosniff");
        crossOrigin.allow(context);
        if (bodyBytes(context.request()) > 0) {
            slowClients.boundBody(context);
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        boolean isOfTheServer = context.request().method().equals(HttpMethod.OPTIONS)
                && context.request().uri().equals("*");
        if (isOfTheServer && hasOneHost(context.request())) {
            allow(context, paths.allow());
        } else {
            refuse(context, Problem.of(type));
        }
    }

    private void admit(RoutingContext context) {
        Channel channel = RequestEnd.channel(context);
        if (!channel.isActive()) {
            // A pipelined request can begin after its connection was reset. No client reads the response,
            // and a graceful shutdown would wait for the end of this request. The end is not immediate,
            // because the next pipelined request begins with it.
            context.vertx().runOnContext(gone -> context.response().end());
            return;
        }
        slowClients.watchAnswers(channel);
        long bodyBytes = bodyBytes(context.request());
        if (bodyBytes > 0) {
            slowClients.boundBody(context);
            context.addHeadersEndHandler(early -> closeIfUnread(context));
        }
        context.response().putHeader(HttpHeaders.DATE, date.now());
        ids.assign(context.response());
        crossOrigin.allow(context);
        if (crossOrigin.isPreflight(context.request())) {
            crossOrigin.answerPreflight(context);
            return;
        }
        Optional<ApiPaths.Methods> methods = paths.at(context.request().path());
        methods.flatMap(known -> known.vary(context.request().method().name()))
                .ifPresent(selecting -> context.response().putHeader(HttpHeaders.VARY, selecting));
        Optional<Problem> refusal = refusal(context.request(), bodyBytes)
                .or(() -> methods.flatMap(known -> misdirected(context.request(), known)));
        if (refusal.isPresent()) {
            refuse(context, refusal.get());
        } else if (isStream(context.request(), methods)) {
            context.next();
        } else if (places.take(bodyBytes)) {
            RequestEnd.whenDone(context, () -> {
                places.giveBack(bodyBytes);
                slowClients.boundUnread(channel);
            });
            context.next();
        } else {
            refuse(context, Problem.of(ProblemType.OVERLOADED).after(settings.retryDelay()));
        }
    }

    /** The length of the body; the maximum if it comes in chunks. */
    private long bodyBytes(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) ? largestBody : 0;
        }
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException notALength) {
            return largestBody; // the server's own parser refuses it
        }
    }

    /** Closes the connection after a response that was sent before the body was read: the rest is not read. */
    private static void closeIfUnread(RoutingContext context) {
        if (!context.request().isEnded()) {
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
        }
    }

    /** The refusals that do not depend on the path. */
    private Optional<Problem> refusal(HttpServerRequest request, long bodyBytes) {
        if (request.uri().length() > LONGEST_TARGET) {
            return Optional.of(Problem.of(ProblemType.TARGET_TOO_LONG));
        }
        if ((!RequestTarget.isPathCanonical(request.uri()) && !isOfDevelopment(request))
                || request.method().equals(HttpMethod.CONNECT)) {
            return Optional.of(Problem.of(ProblemType.PATH_REFUSED));
        }
        if (!RequestTarget.isQueryReadable(request.uri())) {
            return Optional.of(badParameter(
                    "The query contains a character that must be percent-encoded, or a percent sign that is not "
                            + "followed by two hexadecimal digits."));
        }
        if (!hasOneHost(request)) {
            return Optional.of(Problem.of(ProblemType.HOST_REFUSED));
        }
        if (areHeadersTooLarge(request)) {
            return Optional.of(Problem.of(ProblemType.HEADERS_TOO_LARGE));
        }
        return bodyBytes > largestBody ? Optional.of(Problem.of(ProblemType.BODY_TOO_LARGE)) : Optional.empty();
    }

    /** The framework's pages in development mode, whose paths are its own. */
    private static boolean isOfDevelopment(HttpServerRequest request) {
        return LaunchMode.current() == LaunchMode.DEVELOPMENT && request.uri().startsWith("/q/");
    }

    /** As RFC 9112, section 3.2 requires; HTTP/1.0 has no Host. */
    private static boolean hasOneHost(HttpServerRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
        return hosts.isEmpty()
                ? request.version() == HttpVersion.HTTP_1_0
                : hosts.size() == 1 && isHost(hosts.getFirst());
    }

    /** Checks the characters only: the proxy knows which names belong to this service. */
    private static boolean isHost(String host) {
        if (host.isEmpty() || host.length() > LONGEST_HOST) {
            return false;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean isAccepted = c < 128 && (Character.isLetterOrDigit(c) || "-._~:[]".indexOf(c) >= 0);
            if (!isAccepted) {
                return false;
            }
        }
        return true;
    }

    private static boolean areHeadersTooLarge(HttpServerRequest request) {
        int length = 0;
        for (Map.Entry<String, String> header : request.headers()) {
            length += header.getKey().length() + header.getValue().length();
        }
        return length > LONGEST_HEADERS;
    }

    /** A method that the path does not have, or a query parameter or {@code On-Behalf-Of} that the method has not. */
    private static Optional<Problem> misdirected(HttpServerRequest request, ApiPaths.Methods methods) {
        String method = request.method().name();
        if (method.equals("OPTIONS")) {
            return Optional.empty();
        }
        if (!methods.allows(method)) {
            return Optional.of(notAllowed(methods));
        }
        if (request.headers().contains(Headers.ON_BEHALF_OF) && !methods.isOnBehalf(method)) {
            return Optional.of(
                    badParameter("%s %s does not accept the header On-Behalf-Of: a program acts for a buyer with "
                                    .formatted(method, request.path())
                            + "order numbers, idempotency keys, orders and their payments only."));
        }
        return badQuery(request, methods.parametersOf(method));
    }

    private static Problem notAllowed(ApiPaths.Methods methods) {
        return Problem.of(ProblemType.METHOD_NOT_ALLOWED).header(HttpHeaders.ALLOW.toString(), methods.allow());
    }

    /** An unknown parameter may be a misspelt one; ignoring it would return a different result. */
    private static Optional<Problem> badQuery(HttpServerRequest request, Set<String> known) {
        if (request.query() == null) {
            return Optional.empty();
        }
        Map<String, List<String>> given = new QueryStringDecoder(request.uri()).parameters();
        for (Map.Entry<String, List<String>> parameter : given.entrySet()) {
            String name = parameter.getKey();
            String shown = name.substring(0, Math.min(name.length(), LONGEST_ECHO));
            if (!known.contains(name)) {
                return Optional.of(badParameter("Unknown query parameter \"%s\". %s %s accepts %s."
                        .formatted(
                                shown,
                                request.method(),
                                request.path(),
                                known.isEmpty() ? "no query parameters" : String.join(", ", known))));
            }
            if (parameter.getValue().size() > 1) {
                return Optional.of(badParameter("The query has \"%s\" more than once.".formatted(shown)));
            }
        }
        return Optional.empty();
    }

    private static Problem badParameter(String detail) {
        return Problem.of(ProblemType.PARAMETER_INVALID, detail);
    }

    /** Answers OPTIONS for every path: the framework would invent methods for paths outside the API. */
    private void answerOptions(RoutingContext context) {
        if (!context.request().method().equals(HttpMethod.OPTIONS)) {
            context.next();
            return;
        }
        String path = context.request().path();
        paths.at(path)
                .map(ApiPaths.Methods::allow)
                .or(() -> isPage(path) ? Optional.of(OF_PAGES) : Optional.empty())
                .ifPresentOrElse(
                        methods -> allow(context, methods), () -> refuse(context, Problem.of(ProblemType.NOT_FOUND)));
    }

    /** Whether the framework serves a file under the path, or the API description. */
    private static boolean isPage(String path) {
        String file = path.equals("/") ? "/index.html" : path;
        return path.equals("/openapi")
                // Without a suffix it may be a directory.
                || (file.indexOf('.') >= 0 && FrontDoor.class.getResource("/META-INF/resources" + file) != null);
    }

    private static void allow(RoutingContext context, String methods) {
        context.response()
                .setStatusCode(204)
                .putHeader(HttpHeaders.ALLOW, methods)
                .end();
    }

    /** Streams are open for minutes and nearly always idle; their resource bounds their number. */
    private static boolean isStream(HttpServerRequest request, Optional<ApiPaths.Methods> methods) {
        return request.method().equals(HttpMethod.GET)
                && methods.filter(ApiPaths.Methods::isStream).isPresent();
    }

    private static void refuse(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response();
        response.setStatusCode(problem.type().status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                // Keeps the framework from compressing: a problem is too small.
                .putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY)
                .putHeader(HttpHeaders.CACHE_CONTROL, Headers.NO_STORE);
        problem.headers().forEach(response::putHeader);
        response.end(problem.toJson(RequestIds.of(response)));
    }
}
