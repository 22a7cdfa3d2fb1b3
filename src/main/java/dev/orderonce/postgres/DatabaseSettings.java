package dev.orderonce.postgres;

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
     * Connections of this replica for everything that is not on the hot road. Each is a process in
     * PostgreSQL; with the lanes, six replicas stay below its default limit of 100.
     */
    @WithDefault("8")
    int connections();

    /**
     * Connections for each kind of statement on the hot road (writing, reading), and so the
     * statements of that kind under way at once. While one waits for its commit another can be
     * worked on; more only make the batches smaller.
     */
    @WithDefault("3")
    int lanes();

    /**
     * Rows that go in one statement at most. Enough that all requests under way go at once; a
     * statement of so many rows takes some ten milliseconds, far below its time-out.
     */
    @WithDefault("512")
    int rowsPerStatement();

    /**
     * Requests that may wait for an answer of one kind. At 25 000 orders a second they are a sixth
     * of a second of work; more would only be late, so they are refused at once.
     */
    @WithDefault("4096")
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
