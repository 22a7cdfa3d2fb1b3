package dev.orderonce.http;

import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Leads from the address of the API documentation to its page. The library would lead to the same address with a slash
 * at its end, a spelling that {@link RequestTarget} refuses.
 */
@ApplicationScoped
class ApiDocumentation {
    /** After the filters and before the library's route. */
    private static final int ORDER = -1;

    void register(@Observes Router router) {
        router.get("/docs").order(ORDER).handler(context -> context.redirect("/docs/index.html"));
    }
}
