package dev.orderonce.disputes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of disputes, prefix {@code disputes}. */
@ConfigMapping(prefix = "disputes")
public interface DisputeSettings {

    /**
     * How long the shop and the buyer each have to answer before the dispute is listed as overdue.
     * Three days outlast a weekend; an overdue dispute stays open.
     */
    @WithDefault("72h")
    Duration answerTimeout();

    /**
     * How long whoever decided is left to carry it out before somebody else goes on. Longer than a
     * request takes; shorter finds what died sooner.
     */
    @WithDefault("30s")
    Duration lookAfter();

    /** How often each replica looks for decisions that were not carried out. */
    @WithDefault("30s")
    Duration finishEvery();

    /** How often operators are told how many disputes are overdue. */
    @WithDefault("15s")
    Duration watchEvery();
}
