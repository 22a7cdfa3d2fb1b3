package dev.orderonce.disputes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of disputes, prefix {@code disputes}. */
@ConfigMapping(prefix = "disputes")
public interface DisputeSettings {

    /**
     * How long the shop and the buyer each have to answer before the dispute is listed as overdue. Three days are
     * longer than a weekend; an overdue dispute changes no state by itself.
     */
    @WithDefault("72h")
    Duration answerTimeout();
}
