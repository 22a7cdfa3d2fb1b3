package dev.orderonce.disputes;

import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.function.Consumer;

/** Settings of disputes, prefix {@code disputes}. */
@ConfigMapping(prefix = "disputes")
public interface DisputeSettings {

    /**
     * How long the shop and the buyer each have to answer before the dispute is listed as overdue. Three days are
     * longer than a weekend; an overdue dispute changes no state by itself.
     */
    @WithDefault("72h")
    Duration answerTimeout();

    /** Adds a sentence for each value that cannot be used. */
    static void check(DisputeSettings settings, Consumer<String> wrong) {
        Rules.lasting("disputes.answer-timeout", settings.answerTimeout(), wrong);
    }
}
