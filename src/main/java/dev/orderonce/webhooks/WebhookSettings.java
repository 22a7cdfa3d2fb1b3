package dev.orderonce.webhooks;

import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.function.Consumer;

/** Settings of webhooks, prefix {@code webhooks}. */
@ConfigMapping(prefix = "webhooks")
public interface WebhookSettings {

    /** Whether receivers may be on this machine, over http too. The standalone build allows it. */
    @WithDefault("false")
    boolean allowLoopback();

    /** Whether receivers may have addresses of private networks, such as 10.0.0.0/8. */
    @WithDefault("false")
    boolean allowPrivateAddresses();

    /** How long the log of deliveries is kept. A row has about 150 bytes, and each attempt has a row. */
    @WithDefault("3d")
    Duration logTtl();

    /** Adds a sentence for each value that cannot be used. */
    static void check(WebhookSettings settings, Consumer<String> wrong) {
        Rules.lasting("webhooks.log-ttl", settings.logTtl(), wrong);
    }
}
