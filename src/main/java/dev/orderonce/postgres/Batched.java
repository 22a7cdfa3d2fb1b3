package dev.orderonce.postgres;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/**
 * One statement that answers many questions at once.
 *
 * @param <Q> a question
 * @param <A> its answer
 */
public interface Batched<Q, A> {
    /** A word for metrics and logs. */
    String name();

    String sql();

    /**
     * What two questions of one statement may not have in common; the question itself if there is
     * no such thing.
     */
    Object key(Q question);

    /** The statement's parameters for these questions, in their order. */
    Tuple parameters(List<Q> questions);

    /** The answers to these questions, in their order. */
    List<A> answers(List<Q> questions, RowSet<Row> rows);
}
