package dev.orderonce.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements shared by many requests: the outcome of each when one of them fails, or all. */
@QuarkusTest
class BatchesTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @Inject
    Postgres postgres;

    @Inject
    DatabaseSettings settings;

    /** Answers a number with its reciprocal times a thousand; PostgreSQL refuses zero. */
    private static class Divide implements Batched<Integer, Integer> {
        /** Represents a row that is stored and cannot be read. */
        private static final int UNREADABLE = -7;

        /** A request whose parameters cannot be made. */
        private static final int UNASKABLE = -9;

        private final Queue<List<Integer>> statements = new ConcurrentLinkedQueue<>();

        @Override
        public String name() {
            return "divide";
        }

        @Override
        public String sql() {
            return "SELECT 1000 / n FROM unnest($1::integer[]) WITH ORDINALITY AS question (n, at) ORDER BY at";
        }

        @Override
        public Object key(Integer request) {
            return request;
        }

        @Override
        public Tuple parameters(List<Integer> requests) {
            if (requests.contains(UNASKABLE)) {
                throw new IllegalStateException("cannot be put");
            }
            statements.add(List.copyOf(requests));
            return Tuple.tuple().addArrayOfInteger(requests.toArray(Integer[]::new));
        }

        @Override
        public List<Integer> replies(List<Integer> requests, RowSet<Row> rows) {
            if (requests.contains(UNREADABLE)) {
                throw new IllegalStateException("cannot be read");
            }
            List<Integer> answers = new ArrayList<>();
            rows.forEach(row -> answers.add(row.getInteger(0)));
            return answers;
        }
    }

    /** PostgreSQL ends every statement of more than one request, as in a deadlock. */
    private static final class Deadlocked extends Divide {
        @Override
        public String sql() {
            return "SELECT CASE WHEN cardinality($1::integer[]) > 1 THEN end_deadlock() ELSE 1000 / n END"
                    + " FROM unnest($1::integer[]) AS question (n)";
        }
    }

    private final Divide divide = new Divide();

    @AfterEach
    void heal() {
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    private Batches<Integer, Integer> opened() {
        Batches<Integer, Integer> batches = postgres.batches(divide);
        await().atMost(BOUND).until(() -> answerOf(batches.submit(1)) == 1000);
        divide.statements.clear();
        return batches;
    }

    private static int answerOf(Uni<Integer> asked) {
        return asked.await().atMost(BOUND);
    }

    private static List<CompletableFuture<Integer>> askAll(
            Batches<Integer, Integer> batches, Stream<Integer> requests) {
        return requests.map(request -> batches.submit(request).subscribeAsCompletionStage())
                .toList();
    }

    @Test
    void aloneOnAnIdleService_isSentAloneAndAtOnce() {
        // Given
        Batches<Integer, Integer> batches = opened();
        // When
        int answer = answerOf(batches.submit(4));
        // Then
        assertThat(answer).isEqualTo(250);
        assertThat(divide.statements).containsExactly(List.of(4));
    }

    @Test
    void manyAtOnce_shareFewStatementsAndEachGetsItsOwnAnswer() {
        // Given
        Batches<Integer, Integer> batches = opened();
        // When
        List<CompletableFuture<Integer>> answers =
                askAll(batches, IntStream.rangeClosed(1, 1000).boxed());
        // Then
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(1000 / (i + 1));
        }
        assertThat(divide.statements).hasSizeLessThan(500);
        assertThat(divide.statements)
                .allSatisfy(statement -> assertThat(statement).hasSizeLessThanOrEqualTo(Batches.MAX_BATCH));
    }

    @Test
    void oneBadRow_failsAloneAndItsNeighboursAreAnswered() {
        // Given
        Batches<Integer, Integer> batches = opened();
        // When
        List<CompletableFuture<Integer>> answers =
                askAll(batches, IntStream.range(0, 200).boxed());
        // Then
        assertThatThrownBy(
                        () -> answers.getFirst().orTimeout(20, TimeUnit.SECONDS).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(PgException.class)
                .hasMessageContaining("division by zero");
        for (int i = 1; i < answers.size(); i++) {
            assertThat(answers.get(i).orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(1000 / i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Divide.UNREADABLE, Divide.UNASKABLE})
    void unwritableOrUnreadable_failsAloneAndNoRequestWaitsForEver(int bad) {
        // Given
        Batches<Integer, Integer> batches = opened();
        // When
        List<CompletableFuture<Integer>> answers = askAll(
                batches,
                IntStream.concat(IntStream.of(bad), IntStream.rangeClosed(1, 100))
                        .boxed());
        // Then
        assertThat(answers.getFirst())
                .failsWithin(BOUND)
                .withThrowableThat()
                .withCauseInstanceOf(IllegalStateException.class);
        for (int i = 1; i < answers.size(); i++) {
            assertThat(answers.get(i).orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(1000 / i);
        }
    }

    @Test
    void statementsThatADeadlockEnds_areSplit() {
        // Given
        Database.execute("""
                CREATE OR REPLACE FUNCTION end_deadlock() RETURNS integer LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = 'deadlock_detected'; END $$
                """);
        Batches<Integer, Integer> batches = postgres.batches(new Deadlocked());
        await().atMost(BOUND).ignoreExceptions().until(() -> answerOf(batches.submit(1)) == 1000);
        // When
        List<CompletableFuture<Integer>> answers =
                askAll(batches, IntStream.rangeClosed(1, 100).boxed());
        // Then
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(1000 / (i + 1));
        }
        Database.execute("DROP FUNCTION end_deadlock()");
    }

    @Test
    void oneKeyManyTimes_neverTwiceInOneStatement() {
        // Given
        Batches<Integer, Integer> batches = opened();
        // When
        List<CompletableFuture<Integer>> answers =
                askAll(batches, IntStream.range(0, 300).mapToObj(i -> i % 3 + 1));
        answers.forEach(answer -> answer.orTimeout(20, TimeUnit.SECONDS).join());
        // Then
        assertThat(divide.statements)
                .allSatisfy(statement -> assertThat(new HashSet<>(statement)).hasSameSizeAs(statement));
    }

    @Test
    void callersThatLeave_doNotTakeTheOthersWithThem() {
        // Given
        Batches<Integer, Integer> batches = opened();
        List<CompletableFuture<Integer>> staying = new ArrayList<>();
        List<Cancellable> leaving = new ArrayList<>();
        // When
        for (int i = 1; i <= 200; i++) {
            if (i % 2 == 0) {
                leaving.add(batches.submit(i).subscribe().with(ignored -> {}, failure -> {}));
            } else {
                staying.add(batches.submit(i).subscribeAsCompletionStage());
            }
        }
        leaving.forEach(Cancellable::cancel);
        // Then
        for (int i = 0; i < staying.size(); i++) {
            assertThat(staying.get(i).orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(1000 / (2 * i + 1));
        }
        assertThat(answerOf(batches.submit(10))).isEqualTo(100);
    }

    @Test
    void moreThanMayWait_areRefusedAtOnce() {
        // Given
        Batches<Integer, Integer> batches = opened();
        Stores.toPostgreSql().freeze();
        int tooMany = 100;
        // When
        List<CompletableFuture<Integer>> answers = askAll(
                batches,
                IntStream.rangeClosed(1, settings.queueLimit() + tooMany).boxed());
        // Then
        List<CompletableFuture<Integer>> beyond = answers.subList(settings.queueLimit(), answers.size());
        assertThat(beyond)
                .hasSize(tooMany)
                .allSatisfy(answer -> assertThat(answer)
                        .isCompletedExceptionally()
                        .failsWithin(Duration.ZERO)
                        .withThrowableThat()
                        .withCauseInstanceOf(StoreUnavailable.class));
        assertThat(answers.getFirst()).isNotDone();
        // and those that waited fail within the bound with an unknown outcome
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer)
                        .failsWithin(BOUND)
                        .withThrowableThat()
                        .withMessageContaining("POSTGRESQL"));
        Stores.toPostgreSql().heal();
        await().atMost(BOUND).ignoreExceptions().until(() -> answerOf(batches.submit(1)) == 1000);
    }

    @Test
    void connectionLostInTheMiddle_failsWhatWasInFlightAndReconnects() {
        // Given
        Batches<Integer, Integer> batches = opened();
        Stores.toPostgreSql().freeze();
        long before = Stores.toPostgreSql().requests();
        CompletableFuture<Integer> underWay = batches.submit(5).subscribeAsCompletionStage();
        await().atMost(BOUND).until(() -> Stores.toPostgreSql().requests() > before);
        // When
        Stores.toPostgreSql().heal();
        // Then
        assertThat(underWay).failsWithin(BOUND).withThrowableThat().withCauseInstanceOf(StoreUnavailable.class);
        await().atMost(BOUND).ignoreExceptions().until(() -> answerOf(batches.submit(5)) == 200);
    }
}
