package dev.orderonce;

import dev.orderonce.admission.LimitSettings;
import dev.orderonce.config.Addresses;
import dev.orderonce.config.RequiredSettings;
import dev.orderonce.config.SettingsCheck;
import dev.orderonce.config.SettingsCheck.Group;
import dev.orderonce.disputes.DisputeSettings;
import dev.orderonce.duplicates.DuplicateSettings;
import dev.orderonce.events.EventSettings;
import dev.orderonce.http.CorsSettings;
import dev.orderonce.http.HttpSettings;
import dev.orderonce.idempotency.IdempotencySettings;
import dev.orderonce.identity.IdentitySettings;
import dev.orderonce.jobs.JobIntervals;
import dev.orderonce.locks.LockSettings;
import dev.orderonce.numbers.NumbersSettings;
import dev.orderonce.orders.OrderSettings;
import dev.orderonce.payments.PaymentSettings;
import dev.orderonce.postgres.DatabaseSettings;
import dev.orderonce.redis.RedisSettings;
import dev.orderonce.webhooks.WebhookSettings;
import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.quarkus.runtime.shutdown.ShutdownConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.management.ManagementConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.NullMarked;

/** Checks what can be checked before anything starts. Every problem is a sentence without a full stop. */
@NullMarked
final class StartupChecks {
    private static final List<Group<?>> SETTINGS = List.of(
            new Group<>(LimitSettings.class),
            new Group<>(CorsSettings.class, CorsSettings::check),
            new Group<>(DatabaseSettings.class, DatabaseSettings::check),
            new Group<>(DisputeSettings.class, DisputeSettings::check),
            new Group<>(DuplicateSettings.class, DuplicateSettings::check),
            new Group<>(EventSettings.class, EventSettings::check),
            new Group<>(HttpSettings.class, HttpSettings::check),
            new Group<>(IdempotencySettings.class, IdempotencySettings::check),
            new Group<>(IdentitySettings.class, IdentitySettings::check),
            new Group<>(LockSettings.class, LockSettings::check),
            new Group<>(NumbersSettings.class, NumbersSettings::check),
            new Group<>(OrderSettings.class, OrderSettings::check),
            new Group<>(PaymentSettings.class, PaymentSettings::check),
            new Group<>(RedisSettings.class, RedisSettings::check),
            new Group<>(WebhookSettings.class, WebhookSettings::check),
            // Those of the framework that operators set.
            new Group<>(RedisConfig.class, RedisSettings::checkAddresses),
            new Group<>(VertxHttpConfig.class, CorsSettings::checkFramework),
            new Group<>(ManagementConfig.class),
            new Group<>(ShutdownConfig.class));

    /** The names of the jobs, which are beans and so not known before the start. */
    static final List<String> JOBS = List.of(
            "cancel-unpaid",
            "count-disabled-webhooks",
            "count-failing-webhooks",
            "count-open-suspicions",
            "count-overdue-disputes",
            "count-replicas",
            "count-unsettled-payments",
            "deliver-webhooks",
            "end-holds",
            "poll-live-events",
            "poll-work",
            "purge-deliveries",
            "purge-events",
            "purge-notifications",
            "purge-records",
            "purge-tombstones",
            "relay-events",
            "relay-to-kafka",
            "resume-confirmations",
            "resume-payments",
            "resume-resolutions",
            "scan-orders",
            "share-counts");

    private static final String HTTP = "quarkus.http";
    private static final String MANAGEMENT = "quarkus.management";

    private StartupChecks() {}

    /**
     * Returns what is wrong with the settings, and which are missing.
     *
     * @param provided required settings that this process will set itself
     */
    static List<String> settings(Config given, Set<RequiredSettings> provided) {
        Map<String, String> assumed = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (RequiredSettings setting : RequiredSettings.values()) {
            boolean isGiven = setting.isGiven(given);
            if (provided.contains(setting) || !isGiven) {
                assumed.put(setting.property(), setting.example());
            }
            if (!provided.contains(setting) && !isGiven) {
                problems.add(setting.missing());
            }
        }
        for (String framework : List.of(HTTP, MANAGEMENT)) { // their defaults are in the built service
            String host = framework + ".host";
            assumed.put(host, given.getOptionalValue(host, String.class).orElse("0.0.0.0"));
        }
        problems.addAll(new SettingsCheck(given, SETTINGS, List.of("standalone.data"), assumed).problems());
        JobIntervals.check(given, JOBS, problems::add);
        return problems;
    }

    /**
     * Returns what prevents the service from listening.
     *
     * @param host where it will listen, whatever is set
     */
    static List<String> ports(Config given, Optional<String> host) {
        List<String> problems = new ArrayList<>();
        Addresses.problem(given, HTTP, 8080, host).ifPresent(problems::add);
        Addresses.problem(given, MANAGEMENT, 9000, host).ifPresent(problems::add);
        return problems;
    }
}
