package dev.orderonce.postgres;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/**
 * One statement that serves many requests.
 *
 * @param <Q> a request
 * @param <A> its reply
 */
public interface Batched<Q, A> {
    /** A word for metrics and logs. */
    String name();

    String sql();

    /** Two requests of one statement must not have an equal key; the request itself if there is no such restriction. */
    Object key(Q request);

    /** The statement's parameters for these requests, in their order. */
    Tuple parameters(List<Q> requests);

    /** The replies to these requests, in their order. */
    List<A> replies(List<Q> requests, RowSet<Row> rows);
}
