package dev.orderonce.stores;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

import java.time.Duration;
import java.util.Optional;

/** Settings of the way to PostgreSQL, prefix {@code database}. */
@ConfigMapping(prefix = "database")
public interface DatabaseSettings {

    /** Where PostgreSQL is: {@code postgresql://host:port/database}. */
    String url();

    /** Whom to connect as: the owner of the tables, for migrations run at the start. */
    String username();

    Optional<String> password();

    /**
     * Connections of this replica. Each is a process in PostgreSQL; sixteen keep a two-core
     * database busy, and six replicas stay below its default limit of 100.
     */
    @WithDefault("16")
    int connections();

    /**
     * Requests that may wait for a connection. Sixteen connections answer a thousand of them in
     * about a tenth of a second; more would only be late, so they are refused at once.
     */
    @WithDefault("1024")
    int waiting();

    /** Time to open a connection, and to wait for a free one. */
    @WithDefault("1s")
    Duration connectWithin();

    /**
     * How long PostgreSQL may work on one statement. They take a millisecond; the bound is there
     * for a stuck disk or a lock held by an operator. PostgreSQL cancels the statement then, and it
     * has no effect.
     */
    @WithDefault("2s")
    Duration statementWithin();

    /**
     * How long to wait for an answer before it counts as lost: longer than {@link
     * #statementWithin()}, so that PostgreSQL's own verdict arrives if it can. A lost answer says
     * nothing about the effect.
     */
    @WithDefault("3s")
    Duration answerWithin();

    /** How long an unused connection stays open: long enough for the pauses of a quiet hour. */
    @WithDefault("10m")
    Duration idleFor();
}
