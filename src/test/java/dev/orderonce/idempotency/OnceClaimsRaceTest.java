package dev.orderonce.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.identity.Role;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Many workers claim the same names at once, and some of them crash, give up, or complete after their lease has ended:
 * one works at a time, and one result is stored.
 *
 * <p>{@code -Donce.seed} repeats the random choices of the workers, though not how they interleave.
 */
@QuarkusTest
class OnceClaimsRaceTest {
    private static final long SEED = Long.getLong("once.seed", System.nanoTime());
    private static final int WORKERS = 12;
    private static final int NAMES = 4;

    /** Far more than a worker needs until another one has stored the result. */
    private static final int MOST_ATTEMPTS = 500;

    private static final String PATH = "/once/race/{key}";

    private final Shop program = Shop.as("program-" + UUID.randomUUID(), Role.SERVICE);
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    /** One piece of work, and what the workers know of it. */
    private static final class Work {
        private final String key = "work-" + UUID.randomUUID();

        /** Workers that were granted the claim and have not let go of it: crashed, given up or completed. */
        private final AtomicInteger holders = new AtomicInteger();

        private final AtomicInteger granted = new AtomicInteger();
        private final AtomicInteger stored = new AtomicInteger();
        private final Queue<String> results = new ConcurrentLinkedQueue<>();
    }

    @RepeatedTest(5)
    void workersThatCrashAndComeLate_storeOneResultForEachName() {
        // Given
        System.out.printf("OnceClaimsRaceTest: seed %d%n", SEED);
        program.token();
        List<Work> names = new ArrayList<>();
        for (int i = 0; i < NAMES; i++) {
            names.add(new Work());
        }
        // When
        List<Callable<Boolean>> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            Random random = new Random(SEED + i);
            workers.add(() -> {
                List<Work> order = new ArrayList<>(names);
                Collections.shuffle(order, random);
                order.forEach(work -> workUntilDone(work, random));
                return true;
            });
        }
        Racers.race(workers);
        // Then
        assertThat(faults).as("seed %d", SEED).isEmpty();
        assertThat(names).as("seed %d", SEED).allSatisfy(work -> {
            assertThat(work.stored).hasValue(1);
            assertThat(Database.records("race", work.key)).isOne();
            String result = find(work).path("result");
            assertThat(work.results).hasSize(WORKERS).containsOnly(result);
        });
    }

    private void workUntilDone(Work work, Random random) {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            String claim = UUID.randomUUID().toString();
            Response response = claim(work, claim);
            switch (response.statusCode()) {
                case 200 -> {
                    work.results.add(response.path("result"));
                    return;
                }
                case 201 -> work(work, claim, random);
                case 409 -> Thread.onSpinWait();
                default -> faults.add("claim: " + response.asString());
            }
        }
        faults.add("not done after " + MOST_ATTEMPTS + " attempts: " + work.key);
    }

    /** The lease is longer than the test: only this worker ends it. */
    private void work(Work work, String claim, Random random) {
        if (work.holders.incrementAndGet() != 1) {
            faults.add("two workers hold " + work.key);
        }
        int turn = work.granted.incrementAndGet();
        switch (random.nextInt(6)) {
            case 0 -> {
                work.holders.decrementAndGet();
                endLease(claim);
            }
            case 1 -> {
                work.holders.decrementAndGet();
                expect(204, program.request().delete(PATH + "/claims/{claim}", work.key, claim));
                // No claim is granted to a worker that gave it up.
                expect(409, complete(work, claim));
            }
            case 2 -> {
                // A repeat after a lost response is the same claim, and so is its renewal.
                expect(201, claim(work, claim));
                expect(
                        200,
                        program.request()
                                .contentType(ContentType.JSON)
                                .body(Map.of("ttl", 3600))
                                .post(PATH + "/claims/{claim}/renewal", work.key, claim));
                work.holders.decrementAndGet();
                expectStored(work, complete(work, claim));
            }
            case 3 -> {
                work.holders.decrementAndGet();
                endLease(claim);
                comeLate(work, claim, turn);
            }
            default -> {
                work.holders.decrementAndGet();
                expectStored(work, complete(work, claim));
            }
        }
    }

    /** Completes after the lease: stored unless another claim was granted. */
    private void comeLate(Work work, String claim, int turn) {
        boolean isFenced = work.granted.get() > turn;
        Response late = complete(work, claim);
        if (late.statusCode() == 200 && !isFenced) {
            work.stored.incrementAndGet();
        } else if (late.statusCode() != 409) {
            faults.add("a late result, fenced: " + isFenced + ", got " + late.statusCode());
        }
    }

    private void expectStored(Work work, Response response) {
        expect(200, response);
        if (response.header("Idempotent-Replayed") != null) {
            faults.add("a result was stored before: " + response.asString());
        }
        work.stored.incrementAndGet();
    }

    private void expect(int status, Response response) {
        if (response.statusCode() != status) {
            faults.add("expected " + status + ": " + response.statusCode() + " " + response.asString());
        }
    }

    private Response claim(Work work, String claim) {
        return program.request()
                .contentType(ContentType.JSON)
                .body(Map.of("claim", claim, "ttl", 3600, "request", "same"))
                .post(PATH + "/claims", work.key);
    }

    private Response complete(Work work, String claim) {
        return program.request()
                .contentType(ContentType.JSON)
                .body(Map.of("claim", claim, "result", "by " + claim))
                .put(PATH + "/result", work.key);
    }

    private Response find(Work work) {
        return program.request().get(PATH, work.key);
    }

    /** As if the time of the lease had passed; nothing if another claim was granted meanwhile. */
    private static void endLease(String claim) {
        Database.execute("UPDATE once_records SET claimed_until = now() - interval '1 second' WHERE claim = '%s'"
                .formatted(claim));
    }
}
