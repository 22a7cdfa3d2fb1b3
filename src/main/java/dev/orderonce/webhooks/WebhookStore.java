package dev.orderonce.webhooks;

import dev.orderonce.events.EventConsumers;
import dev.orderonce.events.Lease;
import dev.orderonce.events.LogPosition;
import dev.orderonce.identity.Subject;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Timestamptz;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes the tables of endpoints and of their deliveries; {@link WebhookReader} reads them. */
@ApplicationScoped
class WebhookStore {
    /** Each endpoint costs each replica a small statement a second, and each batch three. */
    static final int MOST = 20;

    /** Each secret costs one digest of each delivery; of more, the oldest end early. */
    private static final int MOST_PREVIOUS_SECRETS = 4;

    private static final String COLUMNS =
            "id, url, kinds, created_at, failing_since, failures, next_attempt_at, disabled_at, disabled_reason";

    /** The endpoints of a CTE as consumers of the event log. */
    private static String consumer(String columns, String changed) {
        return "consumer AS (SELECT '%s' || id AS name%s FROM %s)".formatted(WebhookId.CONSUMERS, columns, changed);
    }

    private static final String CREATE = """
            WITH created AS (
                INSERT INTO webhook_endpoints (id, url, kinds, secret, created_by, created_at)
                SELECT $1::text, $2::text, $3::text[], $4::text, $5::text, $6::timestamptz
                WHERE (SELECT count(*) FROM webhook_endpoints) < %d
                ON CONFLICT (url) DO NOTHING
                RETURNING %s
            ), %s, %s
            SELECT * FROM created
            """.formatted(MOST, COLUMNS, consumer("", "created"), EventConsumers.BEGIN);

    private static final String CHANGE = """
            WITH changed AS (
                UPDATE webhook_endpoints SET url = $2, kinds = $3, next_attempt_at = NULL,
                    failing_since = CASE WHEN url = $2 THEN failing_since END,
                    failures = CASE WHEN url = $2 THEN failures ELSE 0 END
                WHERE id = $1
                RETURNING %s
            ), %s, %s
            SELECT * FROM changed
            """.formatted(COLUMNS, consumer("", "changed"), EventConsumers.RELEASE);

    private static final String UNIQUE_VIOLATION = "23505";

    private static final String DELETE = """
            WITH deleted AS (DELETE FROM webhook_endpoints WHERE id = $1 RETURNING id), %s, %s
            SELECT id FROM deleted
            """.formatted(consumer("", "deleted"), EventConsumers.END);

    private static final String ENABLE = """
            WITH enabled AS (
                UPDATE webhook_endpoints SET state = 'ENABLED', disabled_at = NULL, disabled_reason = NULL,
                    failing_since = NULL, failures = 0, next_attempt_at = NULL
                WHERE id = $1
                RETURNING %s
            ), %s, %s
            SELECT * FROM enabled
            """.formatted(COLUMNS, consumer("", "enabled"), EventConsumers.RESUME);

    private static final String REWIND =
            """
            WITH chosen AS (
                UPDATE webhook_endpoints SET next_attempt_at = NULL,
                    delivered = ARRAY(
                        SELECT event.id FROM unnest(delivered) AS event (id), unnest($2::bigint[]) AS reached (position)
                        WHERE event.id >> 48 = reached.position >> 48 AND event.id <= reached.position)
                WHERE id = $1
                RETURNING %s
            ), %s, %s
            SELECT * FROM chosen
            """.formatted(COLUMNS, consumer(", $2::bigint[] AS positions", "chosen"), EventConsumers.REWIND);

    private static final String ROTATE = """
            UPDATE webhook_endpoints SET secret = $2,
                previous_secrets = ARRAY[secret] || ARRAY(
                    SELECT old.secret FROM unnest(previous_secrets, previous_until) AS old (secret, until)
                    WHERE old.until > $4 ORDER BY old.until DESC LIMIT %1$d),
                previous_until = ARRAY[$3::timestamptz] || ARRAY(
                    SELECT old.until FROM unnest(previous_secrets, previous_until) AS old (secret, until)
                    WHERE old.until > $4 ORDER BY old.until DESC LIMIT %1$d)
            WHERE id = $1
            RETURNING %2$s
            """.formatted(MOST_PREVIOUS_SECRETS - 1, COLUMNS);

    private static final String ENABLED = """
            SELECT id, next_attempt_at IS NULL OR next_attempt_at <= $1 AS due
            FROM webhook_endpoints WHERE state = 'ENABLED'
            """;

    private static final String TARGET = """
            SELECT id, url, kinds, secret, previous_secrets, previous_until, failing_since, failures, next_attempt_at,
                delivered
            FROM webhook_endpoints WHERE id = $1 AND state = 'ENABLED' AND EXISTS (%s)
            """.formatted(EventConsumers.held("$2", "$3"));

    /**
     * Logs attempts, and changes the endpoint if this replica still has the lease, which is locked: whatever changes,
     * enables, moves or deletes the endpoint takes the lease, and a failure of the address before is none of the next
     * one. Locks as all statements here do: the endpoint, then the consumer.
     */
    private static final String RECORD = """
            WITH logged AS (
                INSERT INTO webhook_deliveries
                    (endpoint, number, sequence, kind, attempt, result, status, millis, at, next_attempt_at)
                SELECT $1::text, attempts.*
                FROM unnest($2::text[], $3::integer[], $4::text[], $5::integer[], $6::text[], $7::integer[],
                    $8::integer[], $9::timestamptz[], $10::timestamptz[]) AS attempts
            ), locked AS (
                SELECT id FROM webhook_endpoints WHERE id = $1 FOR UPDATE
            ), held AS (
                %s FOR UPDATE
            ), changed AS (
                UPDATE webhook_endpoints SET failing_since = $11, failures = $12, next_attempt_at = $13, delivered = $14,
                    state = CASE WHEN $15::text IS NULL THEN state ELSE 'DISABLED' END,
                    disabled_at = CASE WHEN $15::text IS NOT NULL THEN $16::timestamptz END, disabled_reason = $15
                FROM held WHERE id = $1
                RETURNING id, state
            ), paused_endpoint AS (
                SELECT id FROM changed WHERE state = 'DISABLED'
            ), %s, %s
            SELECT id FROM changed
            """.formatted(
                    EventConsumers.held("(SELECT '%s' || id FROM locked)".formatted(WebhookId.CONSUMERS), "$17"),
                    consumer("", "paused_endpoint"),
                    EventConsumers.PAUSE);

    /** Ids are assigned in nearly the order of time, so only the lowest are read. */
    private static final String DELETE_OLD = """
            WITH lowest AS (
                SELECT id, at FROM webhook_deliveries ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
            DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM lowest WHERE at < $1)
            """;

    private static final String COUNT_FAILING =
            "SELECT count(*) AS count FROM webhook_endpoints WHERE state = 'ENABLED' AND failing_since IS NOT NULL";

    private static final String COUNT_DISABLED =
            "SELECT count(*) AS count FROM webhook_endpoints WHERE state = 'DISABLED'";

    private final Postgres postgres;

    WebhookStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /**
     * Inserts an endpoint that receives the events from now on.
     *
     * @return empty if another one has the URL, or if there are {@value #MOST} already
     */
    Uni<Optional<Webhook>> create(
            WebhookId id, String url, Set<String> kinds, WebhookSecret secret, Subject by, Instant at) {
        return one(
                CREATE,
                Tuple.of(id.text(), url)
                        .addArrayOfString(kinds.toArray(String[]::new))
                        .addString(secret.text())
                        .addString(by.id())
                        .addOffsetDateTime(Timestamptz.of(at)));
    }

    /**
     * Sets the URL and the kinds, and has the endpoint tried at once; another URL has not failed yet.
     *
     * @return empty if there is no such endpoint, or if another one has the URL
     */
    Uni<Optional<Webhook>> change(WebhookId id, String url, Set<String> kinds) {
        return one(CHANGE, Tuple.of(id.text(), url).addArrayOfString(kinds.toArray(String[]::new)))
                .onFailure(WebhookStore::isTaken)
                .recoverWithItem(Optional.empty());
    }

    /** Whether another endpoint has the URL; of two changes at once the second waits for the first. */
    private static boolean isTaken(Throwable failure) {
        return failure instanceof PgException refusal && UNIQUE_VIOLATION.equals(refusal.getSqlState());
    }

    /** Deletes an endpoint and its progress; false if there is none. */
    Uni<Boolean> delete(WebhookId id) {
        return postgres.query(DELETE, Tuple.of(id.text())).map(rows -> rows.size() > 0);
    }

    /** Enables an endpoint, and has it tried at once; empty if there is none. */
    Uni<Optional<Webhook>> enable(WebhookId id) {
        return one(ENABLE, Tuple.of(id.text()));
    }

    /** Has every event after a position delivered again; empty if there is no such endpoint. */
    Uni<Optional<Webhook>> rewind(WebhookId id, LogPosition position) {
        return one(
                REWIND, Tuple.of(id.text()).addArrayOfLong(position.positions().toArray(Long[]::new)));
    }

    /**
     * Sets the secret; the one before signs too, until a time.
     *
     * @return empty if there is no such endpoint
     */
    Uni<Optional<Webhook>> rotate(WebhookId id, WebhookSecret secret, Instant previousUntil, Instant now) {
        return one(ROTATE, Tuple.of(id.text(), secret.text(), Timestamptz.of(previousUntil), Timestamptz.of(now)));
    }

    private Uni<Optional<Webhook>> one(String sql, Tuple parameters) {
        return postgres.query(sql, parameters).map(rows -> first(rows, WebhookStore::webhook));
    }

    private static <T> Optional<T> first(RowSet<Row> rows, Function<Row, T> read) {
        return rows.size() == 0
                ? Optional.empty()
                : Optional.of(read.apply(rows.iterator().next()));
    }

    /** The enabled endpoints, each with whether it is due. */
    Uni<Map<WebhookId, Boolean>> enabled(Instant now) {
        return postgres.query(ENABLED, Tuple.of(Timestamptz.of(now))).map(rows -> {
            Map<WebhookId, Boolean> due = new HashMap<>();
            rows.forEach(row -> due.put(new WebhookId(row.getString("id")), row.getBoolean("due")));
            return due;
        });
    }

    /**
     * An enabled endpoint with the secrets that sign now; empty if there is no such one, or without the lease on it.
     */
    Uni<Optional<WebhookTarget>> target(WebhookId id, Lease lease, Instant now) {
        return postgres.query(TARGET, Tuple.of(id.text(), id.consumer(), lease.holder()))
                .map(rows -> first(rows, row -> target(row, now)));
    }

    private static WebhookTarget target(Row row, Instant now) {
        List<WebhookSecret> secrets = new ArrayList<>();
        secrets.add(new WebhookSecret(row.getString("secret")));
        String[] previous = row.getArrayOfStrings("previous_secrets");
        OffsetDateTime[] until = row.getArrayOfOffsetDateTimes("previous_until");
        for (int i = 0; i < previous.length; i++) {
            if (until[i].toInstant().isAfter(now)) {
                secrets.add(new WebhookSecret(previous[i]));
            }
        }
        return new WebhookTarget(
                new WebhookId(row.getString("id")),
                WebhookUrl.stored(row.getString("url")),
                Set.of(row.getArrayOfStrings("kinds")),
                secrets,
                Optional.ofNullable(instant(row, "failing_since")),
                row.getInteger("failures"),
                Optional.ofNullable(instant(row, "next_attempt_at")),
                Set.of(row.getArrayOfLongs("delivered")));
    }

    /**
     * What a batch changes of an endpoint.
     *
     * @param failing empty if all of the batch was delivered
     * @param delivered ids of events that were delivered and that the log repeats
     * @param disabled why the endpoint is disabled, if it is now
     */
    record Change(Optional<Webhook.Failing> failing, Set<Long> delivered, Optional<DisabledReason> disabled) {}

    /**
     * Logs the attempts of a batch and changes the endpoint; a disabled one is paused in the event log.
     *
     * @return false if the endpoint was not changed, because this replica has lost the lease
     */
    Uni<Boolean> record(WebhookTarget target, Lease lease, List<Delivery> attempts, Change change, Instant now) {
        Optional<Webhook.Failing> failing = change.failing();
        return postgres.query(
                        RECORD,
                        Tuple.of(target.id().text())
                                .addArrayOfString(
                                        attempts.stream().map(Delivery::number).toArray(String[]::new))
                                .addArrayOfInteger(attempts.stream()
                                        .map(Delivery::sequence)
                                        .toArray(Integer[]::new))
                                .addArrayOfString(
                                        attempts.stream().map(Delivery::kind).toArray(String[]::new))
                                .addArrayOfInteger(
                                        attempts.stream().map(Delivery::attempt).toArray(Integer[]::new))
                                .addArrayOfString(attempts.stream()
                                        .map(attempt -> attempt.result().name())
                                        .toArray(String[]::new))
                                .addArrayOfInteger(attempts.stream()
                                        .map(attempt -> attempt.status().orElse(null))
                                        .toArray(Integer[]::new))
                                .addArrayOfInteger(
                                        attempts.stream().map(Delivery::millis).toArray(Integer[]::new))
                                .addArrayOfOffsetDateTime(times(attempts, attempt -> Optional.of(attempt.at())))
                                .addArrayOfOffsetDateTime(times(attempts, Delivery::nextAttemptAt))
                                .addOffsetDateTime(utc(failing.map(Webhook.Failing::since)))
                                .addInteger(
                                        failing.map(Webhook.Failing::failures).orElse(0))
                                .addOffsetDateTime(utc(failing.flatMap(Webhook.Failing::nextAttemptAt)))
                                .addArrayOfLong(change.delivered().toArray(Long[]::new))
                                .addString(change.disabled()
                                        .map(DisabledReason::name)
                                        .orElse(null))
                                .addOffsetDateTime(Timestamptz.of(now))
                                .addString(lease.holder()))
                .map(rows -> rows.size() > 0);
    }

    private static OffsetDateTime[] times(List<Delivery> attempts, Function<Delivery, Optional<Instant>> time) {
        return attempts.stream().map(time).map(WebhookStore::utc).toArray(OffsetDateTime[]::new);
    }

    private static @Nullable OffsetDateTime utc(Optional<Instant> instant) {
        return instant.map(Timestamptz::of).orElse(null);
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    /** Deletes attempts that are older than a time, at most {@code most}; returns how many. */
    Uni<Integer> deleteOld(Instant before, int most) {
        return postgres.query(DELETE_OLD, Tuple.of(Timestamptz.of(before), most))
                .map(RowSet::rowCount);
    }

    /** Counts the enabled endpoints whose latest delivery failed. */
    Uni<Integer> countFailing() {
        return count(COUNT_FAILING);
    }

    Uni<Integer> countDisabled() {
        return count(COUNT_DISABLED);
    }

    private Uni<Integer> count(String sql) {
        return postgres.query(sql, Tuple.tuple())
                .map(rows -> rows.iterator().next().getInteger("count"));
    }

    private static Webhook webhook(Row row) {
        WebhookEntity webhook = new WebhookEntity();
        webhook.id = row.getString("id");
        webhook.url = row.getString("url");
        webhook.kinds = row.getArrayOfStrings("kinds");
        webhook.createdAt = row.getOffsetDateTime("created_at").toInstant();
        webhook.failingSince = instant(row, "failing_since");
        webhook.failures = row.getInteger("failures");
        webhook.nextAttemptAt = instant(row, "next_attempt_at");
        webhook.disabledAt = instant(row, "disabled_at");
        webhook.disabledReason = row.getString("disabled_reason");
        return webhook.toWebhook();
    }
}
