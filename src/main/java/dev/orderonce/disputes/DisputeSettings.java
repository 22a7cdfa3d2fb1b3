package dev.orderonce.disputes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of disputes, prefix {@code disputes}. */
@ConfigMapping(prefix = "disputes")
public interface DisputeSettings {

    /**
     * How long the shop and the buyer each have to answer before the dispute is listed as overdue.
     * Three days are longer than a weekend; an overdue dispute changes no state by itself.
     */
    @WithDefault("72h")
    Duration answerTimeout();

    /**
     * How long a request has to cancel the order of a granted dispute before a job resumes the work.
     * Longer than a request takes; a shorter time resumes the work of a crashed process sooner.
     */
    @WithDefault("30s")
    Duration lookAfter();

    /** Interval of the job that resumes granted disputes whose order is not cancelled. */
    @WithDefault("30s")
    Duration finishEvery();

    /** Interval at which the gauge of overdue disputes is updated. */
    @WithDefault("15s")
    Duration watchEvery();
}
