package dev.orderonce.campaign;

import dev.orderonce.campaign.Facts.Dispute;
import dev.orderonce.campaign.Facts.Event;
import dev.orderonce.campaign.Facts.Message;
import dev.orderonce.campaign.Facts.Money;
import dev.orderonce.campaign.Facts.Name;
import dev.orderonce.campaign.Facts.Payment;
import dev.orderonce.campaign.Facts.Refund;
import dev.orderonce.campaign.Facts.Row;
import dev.orderonce.campaign.Faults.Fault;
import dev.orderonce.testkit.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Lets clients order while one part after the other fails, and checks at the end that nothing was lost or doubled.
 *
 * <p>Settings: {@code campaign.minutes} of faults (10), {@code campaign.seed} (random; it repeats the choices of faults
 * and clients, not the races), {@code campaign.clients} (16), {@code campaign.pause}, milliseconds between two
 * purchases of a client (0), {@code campaign.faults}, a regular expression of the kinds (all), {@code campaign.pairs},
 * the share of faults that come with a second one, in percent (25), {@code campaign.previous}, the directory of the
 * archives of another commit to upgrade from (none), {@code campaign.disk}, MiB of PostgreSQL's own file system in
 * memory, which can be filled (0, none; needs root), {@code campaign.results}, a directory where the run is added to
 * the sums of all (none), {@code campaign.haproxy} and {@code campaign.postgresql}, where these programs are.
 */
public final class Campaign {
    private static final int MISSING = 78;
    private static final int BUSY = 75;
    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(3);

    /** Orders before the first fault: the replicas are warm then. */
    private static final long WARM = 300;

    private static final int MOST_WARM_SECONDS = 60;
    private static final int FETCHED = 10_000;

    /** Of a hundred faults so many come with a second one. */
    private static final int PAIRS = 25;

    /** How one fault passed. */
    record Struck(String kind, Pulse.Recovery recovery) {
        boolean isPair() {
            return kind.contains(Faults.PAIRED);
        }
    }

    private final Path directory;
    private final Path build;
    private final long seed = seed();
    private final Random random = new Random(seed);
    private final Pulse pulse = new Pulse();
    private final List<Struck> struck = new ArrayList<>();
    private final List<Checker.Loss> losses = new ArrayList<>();
    private final Deque<Fault> next = new ArrayDeque<>();

    private Campaign(Path target) throws IOException {
        directory = target.resolve("campaign").resolve(Long.toString(seed));
        build = target.resolve("server/quarkus-app");
        Files.createDirectories(directory);
    }

    public static void main(String... arguments) throws Exception {
        Programs programs;
        try {
            programs = Programs.find();
        } catch (Programs.Missing missing) {
            System.err.println(missing.getMessage());
            System.exit(MISSING);
            return;
        }
        Path target = Path.of(arguments[0]).toAbsolutePath();
        boolean isCorrect;
        try (Leftovers _ = Leftovers.guard(target.resolve("campaign"))) {
            isCorrect = new Campaign(target).run(programs);
        } catch (Leftovers.Busy busy) {
            System.err.println(busy.getMessage());
            System.exit(BUSY);
            return;
        }
        System.exit(isCorrect ? 0 : 1);
    }

    private static long seed() {
        String given = System.getProperty("campaign.seed", "");
        return given.isEmpty() ? System.nanoTime() & 0xffff_ffffL : Long.parseLong(given);
    }

    private boolean run(Programs programs) throws Exception {
        System.out.printf("campaign: seed %d, in %s%n", seed, directory);
        Path file = directory.resolve("history.jsonl");
        Facts facts;
        Map<String, Long> answers;
        String ending = "";
        long beganAt = System.nanoTime();
        Topology topology =
                Topology.start(programs, directory, build, Integer.getInteger("campaign.disk", 0), random.nextLong());
        Thread closing = new Thread(topology::close);
        Runtime.getRuntime().addShutdownHook(closing);
        try (EventStream stream = new EventStream(topology.redis())) {
            try (History history = new History(file);
                    Exchange exchange = Exchange.with(
                            topology.address(), history, pulse, Long.toString(seed, Character.MAX_RADIX));
                    Buyers buyers = new Buyers(exchange)) {
                buyers.start(
                        Integer.getInteger("campaign.clients", 16),
                        Duration.ofMillis(Integer.getInteger("campaign.pause", 0)),
                        random.nextLong());
                for (int i = 0; buyers.placed() < WARM && i < MOST_WARM_SECONDS; i++) {
                    TimeUnit.SECONDS.sleep(1);
                }
                beganAt = System.nanoTime();
                try {
                    rage(topology, history, buyers);
                } catch (InterruptedException interrupted) {
                    throw interrupted;
                } catch (Exception failure) {
                    // What happened until then is checked all the same.
                    ending = "The run ended early: " + failure;
                    failure.printStackTrace();
                    topology.heal();
                }
                answers = exchange.answers();
                if (!buyers.failures().isEmpty()) {
                    ending += "Clients failed: " + buyers.failures();
                }
            }
            Duration lasted = Duration.ofNanos(System.nanoTime() - beganAt);
            awaitSettled(topology, stream);
            facts = facts(topology, stream);
            Verdict verdict = Checker.check(History.read(file), facts, losses);
            Report report = new Report(seed, lasted, struck, answers, verdict, ending);
            Path written = directory.resolve("report.md");
            Files.writeString(written, report.text());
            System.out.println(report.text());
            String results = System.getProperty("campaign.results", "");
            if (!results.isEmpty()) {
                Totals.add(Path.of(results), report);
            }
            System.out.println("written to " + written + "; every operation is in " + file);
            return verdict.violations().isEmpty() && ending.isEmpty();
        } finally {
            topology.close();
            Runtime.getRuntime().removeShutdownHook(closing);
        }
    }

    private void rage(Topology topology, History history, Buyers buyers) throws Exception {
        List<Fault> faults = chosen(topology);
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(Integer.getInteger("campaign.minutes", 10));
        while (System.nanoTime() - until < 0) {
            if (next.isEmpty()) {
                // Each kind once, before any of them comes again.
                List<Fault> shuffled = new ArrayList<>(faults);
                Collections.shuffle(shuffled, random);
                next.addAll(shuffled);
            }
            strike(perhapsPaired(next.remove(), faults), topology, history);
            System.out.printf("  %,d purchases%n", buyers.placed());
        }
    }

    /** The fault, or in so many of a hundred cases the fault and another one at the same time. */
    private Fault perhapsPaired(Fault fault, List<Fault> faults) {
        int pairs = Integer.getInteger("campaign.pairs", PAIRS);
        if (pairs == 0 || random.nextInt(100) >= pairs) {
            return fault;
        }
        List<Fault> others =
                faults.stream().filter(other -> Faults.canMeet(fault, other)).toList();
        return others.isEmpty() ? fault : Faults.pair(fault, others.get(random.nextInt(others.size())));
    }

    private List<Fault> chosen(Topology topology) {
        Pattern kinds = Pattern.compile(System.getProperty("campaign.faults", ""));
        List<Fault> faults = Faults.of(topology, build, Path.of(System.getProperty("campaign.previous", ""))).stream()
                .filter(fault -> kinds.matcher(fault.kind()).find())
                .toList();
        if (faults.isEmpty()) {
            throw new IllegalArgumentException("no kind of fault matches " + kinds);
        }
        return faults;
    }

    private void strike(Fault fault, Topology topology, History history) throws Exception {
        // What a fault does is a matter of the seed, also if those before it took another time.
        Random own = new Random(random.nextLong());
        long from = System.currentTimeMillis();
        history.fault(fault.kind(), "begins");
        pulse.begin();
        long endedAt = fault.strike().strike(topology, own);
        history.fault(fault.kind(), "is over");
        Pulse.Recovery recovery = pulse.await(endedAt);
        struck.add(new Struck(fault.kind(), recovery));
        System.out.printf(
                Locale.ROOT,
                "%-52s placing after %s s, paying after %s s; served meanwhile: %s%n",
                fault.kind(),
                Report.seconds(recovery.placing()),
                Report.seconds(recovery.paying()),
                Report.share(recovery.served()));
        topology.heal();
        long healedAt = pulse.begin();
        pulse.await(healedAt);
        history.fault(fault.kind(), "is repaired");
        if (fault.losesRedis()) {
            losses.add(new Checker.Loss(from, System.currentTimeMillis()));
        }
    }

    /** Waits until no payment or dispute is in progress, and every event was received. */
    private static void awaitSettled(Topology topology, EventStream stream) {
        try {
            Awaitility.await("settled payments")
                    .atMost(SETTLED_WITHIN)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> count(
                                    topology,
                                    "SELECT (SELECT count(*) FROM payments WHERE look_at IS NOT NULL)"
                                            + " + (SELECT count(*) FROM disputes WHERE look_at IS NOT NULL)")
                            == 0);
        } catch (ConditionTimeoutException unsettled) {
            System.out.println("not every payment and dispute is settled: those in progress are violations");
        }
        try {
            Awaitility.await("the consumers")
                    .atMost(SETTLED_WITHIN)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> {
                        long events = count(topology, "SELECT count(*) FROM order_events");
                        return (stream.arrivals().count() == events || stream.isQuiet())
                                && topology.receiver().arrivals().count() == events;
                    });
        } catch (ConditionTimeoutException behind) {
            System.out.println("not every event was received: those are missing in the stream or at the receiver");
        }
    }

    private static long count(Topology topology, String sql) throws SQLException {
        try (Connection connection = topology.postgreSql().connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static Facts facts(Topology topology, EventStream stream) throws SQLException {
        Map<String, Row> decided = new HashMap<>();
        List<Payment> payments = new ArrayList<>();
        List<Refund> refunds = new ArrayList<>();
        Map<String, List<Event>> events = new HashMap<>();
        Map<String, Dispute> disputes = new HashMap<>();
        List<Message> messages = new ArrayList<>();
        Map<String, Name> names = new HashMap<>();
        try (Connection connection = topology.postgreSql().connect()) {
            connection.setAutoCommit(false);
            read(
                    connection,
                    "SELECT number, buyer, state, COALESCE(checkout, ''), COALESCE(client_key, ''),"
                            + " COALESCE(lines->0->>'productCode', ''), COALESCE((lines->0->>'quantity')::bigint, 0),"
                            + " COALESCE(total, 0), sequence FROM orders",
                    row -> decided.put(
                            row.getString(1),
                            new Row(
                                    row.getString(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5),
                                    row.getString(6),
                                    row.getLong(7),
                                    row.getLong(8),
                                    row.getInt(9))));
            read(
                    connection,
                    "SELECT id, number, client_key, state FROM payments",
                    row -> payments.add(
                            new Payment(row.getString(1), row.getString(2), row.getString(3), row.getString(4))));
            read(
                    connection,
                    "SELECT number, client_key, amount, state FROM refunds",
                    row -> refunds.add(
                            new Refund(row.getString(1), row.getString(2), row.getLong(3), row.getString(4))));
            read(
                    connection,
                    "SELECT number, sequence, kind, at FROM order_events ORDER BY number, sequence",
                    row -> events.computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
                            .add(new Event(
                                    row.getString(1),
                                    row.getInt(2),
                                    row.getString(3),
                                    row.getTimestamp(4).getTime())));
            read(
                    connection,
                    "SELECT id, number, buyer, state, COALESCE(resolution, ''), COALESCE(resolution_amount, 0)"
                            + " FROM disputes",
                    row -> disputes.put(
                            row.getString(1),
                            new Dispute(
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5),
                                    row.getLong(6))));
            read(
                    connection,
                    "SELECT dispute, client_key FROM dispute_messages WHERE client_key IS NOT NULL",
                    row -> messages.add(new Message(row.getString(1), row.getString(2))));
            read(
                    connection,
                    "SELECT key, COALESCE((body->>'content')::bigint, 0), COALESCE(result::text, '')"
                            + " FROM once_records WHERE scope = '" + Workers.SCOPE + "'",
                    row -> names.put(row.getString(1), new Name(row.getLong(2), row.getString(3))));
        }
        return new Facts(
                decided,
                money(topology.provider(), payments, refunds),
                events,
                stream.arrivals().received(),
                topology.receiver().arrivals().received(),
                disputes,
                messages,
                names);
    }

    private static Money money(Provider provider, List<Payment> payments, List<Refund> refunds) {
        Map<String, Integer> captures = new HashMap<>();
        Map<String, Long> held = new HashMap<>();
        for (String reference : provider.capturedReferences()) {
            captures.put(reference, provider.captures(reference));
            held.put(reference, provider.balance(List.of(reference)));
        }
        return new Money(payments, refunds, captures, held, provider.faults());
    }

    private interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    private static void read(Connection connection, String sql, Reader reader) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCHED);
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }
}
