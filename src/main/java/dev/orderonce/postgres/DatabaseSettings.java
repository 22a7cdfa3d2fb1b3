package dev.orderonce.postgres;

import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Settings of the connections to PostgreSQL, prefix {@code database}. */
@ConfigMapping(prefix = "database")
public interface DatabaseSettings {

    /** Where PostgreSQL is: {@code postgresql://host:port/database}. */
    String url();

    /** The user to connect as: the owner of the tables, because migrations run as this user. */
    String username();

    Optional<String> password();

    /**
     * Whether this replica runs the migrations before it starts. If not, an operator's job does ({@code --migrate}),
     * and the replica is not ready before that has happened; it starts sooner.
     */
    @WithDefault("true")
    boolean migrateAtStart();

    /**
     * Connections of this replica for everything that is not on the hot path. Each is a process in PostgreSQL; with
     * {@link #batchPoolSize()}, six replicas stay below its default limit of 100.
     */
    @WithDefault("8")
    int poolSize();

    /**
     * Connections for each of the two statements of the hot path (write, read), and so how many of each are in progress
     * at once. While one waits for its commit another one is executed; more connections only make the batches smaller.
     */
    @WithDefault("3")
    int batchPoolSize();

    /**
     * Requests that may wait for each of these statements, and for a connection of the pool. At 25 000 orders a second
     * they are a sixth of a second of work; more would only be late, so they are refused at once.
     */
    @WithDefault("4096")
    int queueLimit();

    /**
     * How long PostgreSQL may work on one statement. They take a millisecond; the bound is there for a stuck disk or a
     * lock held by an operator. PostgreSQL cancels the statement then, and it has no effect.
     */
    @WithDefault("2s")
    Duration statementTimeout();

    /**
     * How long a reply may take before the connection counts as broken: longer than {@link #statementTimeout()}, so
     * that PostgreSQL's own error arrives if it can. A lost reply says nothing about the statement's effect.
     */
    @WithDefault("3s")
    Duration replyTimeout();

    /** Adds a sentence for each value that cannot be used. */
    static void check(DatabaseSettings settings, Consumer<String> wrong) {
        if (!settings.url().startsWith("postgresql://") && !settings.url().startsWith("postgres://")) {
            wrong.accept("database.url: write it as postgresql://host:5432/database");
        }
        Rules.atLeast(1, "database.pool-size", settings.poolSize(), wrong);
        Rules.atLeast(1, "database.batch-pool-size", settings.batchPoolSize(), wrong);
        Rules.atLeast(1, "database.queue-limit", settings.queueLimit(), wrong);
        Rules.lasting("database.statement-timeout", settings.statementTimeout(), wrong);
        if (settings.replyTimeout().compareTo(settings.statementTimeout()) <= 0) {
            wrong.accept("database.reply-timeout: longer than database.statement-timeout, which is "
                    + settings.statementTimeout().toMillis()
                    + " ms");
        }
    }
}
