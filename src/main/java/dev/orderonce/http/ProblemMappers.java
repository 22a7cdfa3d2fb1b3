package dev.orderonce.http;

import static dev.orderonce.http.ProblemType.BODY_TOO_LARGE;
import static dev.orderonce.http.ProblemType.BODY_UNREADABLE;
import static dev.orderonce.http.ProblemType.INTERNAL_ERROR;
import static dev.orderonce.http.ProblemType.MEDIA_TYPE_NOT_SUPPORTED;
import static dev.orderonce.http.ProblemType.METHOD_NOT_ALLOWED;
import static dev.orderonce.http.ProblemType.NOT_ACCEPTABLE;
import static dev.orderonce.http.ProblemType.NOT_ALLOWED;
import static dev.orderonce.http.ProblemType.NOT_FOUND;
import static dev.orderonce.http.ProblemType.NOT_SIGNED_IN;
import static dev.orderonce.http.ProblemType.REQUEST_REFUSED;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.core.http.HttpClosedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps exceptions of the framework to problems; no class name, SQL or stack trace leaves the service. */
public class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    @ServerExceptionMapper
    public Response framework(WebApplicationException failure) {
        return Problem.of(ofStatus(failure.getResponse().getStatus(), failure)).toResponse();
    }

    private static ProblemType ofStatus(int status, WebApplicationException failure) {
        return switch (status) {
            case 400 -> BODY_UNREADABLE;
            case 401 -> NOT_SIGNED_IN;
            case 403 -> NOT_ALLOWED;
            case 404 -> NOT_FOUND;
            case 405 -> METHOD_NOT_ALLOWED;
            case 406 -> NOT_ACCEPTABLE;
            case 413 -> BODY_TOO_LARGE;
            case 415 -> MEDIA_TYPE_NOT_SUPPORTED;
            default -> {
                if (status >= 400 && status < 500) {
                    yield REQUEST_REFUSED;
                }
                LOG.error("a request failed", failure);
                yield INTERNAL_ERROR;
            }
        };
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    public Response notSignedIn() {
        return Response.fromResponse(Problem.of(NOT_SIGNED_IN).toResponse())
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .build();
    }

    @ServerExceptionMapper
    public Response notAllowed(ForbiddenException failure) {
        return Problem.of(NOT_ALLOWED).toResponse();
    }

    @ServerExceptionMapper
    public Response refused(Refusal failure) {
        return failure.problem().toResponse();
    }

    @ServerExceptionMapper
    public Response fault(Throwable failure) {
        if (failure instanceof IOException || failure instanceof HttpClosedException) {
            LOG.debug("a client disconnected", failure); // any client can cause any number of these
        } else {
            LOG.error("a request failed", failure);
        }
        return Problem.of(INTERNAL_ERROR).toResponse();
    }
}
