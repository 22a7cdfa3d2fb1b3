package dev.orderonce.testkit;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** No job runs on its interval: everything that a store receives comes from the test. */
public final class QuietJobs implements QuarkusTestProfile {
    private static final List<String> JOBS = List.of(
            "relay-events",
            "relay-to-kafka",
            "poll-live-events",
            "poll-work",
            "scan-orders",
            "end-holds",
            "resume-payments",
            "resume-confirmations",
            "resume-resolutions",
            "cancel-unpaid",
            "purge-tombstones",
            "purge-events",
            "purge-records",
            "purge-notifications",
            "count-unsettled-payments",
            "count-open-suspicions",
            "count-overdue-disputes",
            "deliver-webhooks",
            "purge-deliveries",
            "count-failing-webhooks",
            "count-disabled-webhooks");

    @Override
    public Map<String, String> getConfigOverrides() {
        return JOBS.stream().collect(Collectors.toMap(job -> "jobs.interval." + job, job -> "off"));
    }
}
