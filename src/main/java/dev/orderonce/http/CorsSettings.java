package dev.orderonce.http;

import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Settings of pages on other origins, prefix {@code cors}. */
@ConfigMapping(prefix = "cors")
public interface CorsSettings {

    /**
     * The origins of the pages that may call the service and read its responses, besides the service's own. Each is
     * compared as it is: a wildcard or an expression would admit pages that the operator does not know.
     */
    Optional<List<String>> origins();

    /** Adds a sentence for each value that cannot be used. */
    static void check(CorsSettings settings, Consumer<String> wrong) {
        CrossOrigin.check(settings, wrong);
    }

    /** Adds a sentence if the framework's own filter is enabled: it would replace headers of the service's. */
    static void checkFramework(VertxHttpConfig settings, Consumer<String> wrong) {
        if (settings.cors().enabled()) {
            wrong.accept("quarkus.http.cors.enabled: list the origins in cors.origins instead");
        }
    }
}
