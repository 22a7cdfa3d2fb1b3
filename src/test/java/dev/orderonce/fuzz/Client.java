package dev.orderonce.fuzz;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderonce.fuzz.Known.Kind;
import dev.orderonce.fuzz.Wire.Answer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Sends requests one after the other in one connection, half of them sound and half of them mutated, some pipelined,
 * some cut off; and keeps some streams open. Used by one thread.
 */
final class Client implements AutoCloseable {
    /** Requests before the buyer changes: lists stay short, and there are resources of other buyers. */
    private static final int SAME_BUYER = 200;

    private static final int MOST_STREAMS = 6;
    private static final Pattern EVENT_ID = Pattern.compile("id: ?(\\S+)");

    /**
     * The limit for a response: a second where the median is some 7 ms; on a busy machine longer in the same
     * proportion.
     */
    private static final long SLOW = TimeUnit.SECONDS.toNanos(1);

    private static final double SLOW_TO_MEDIAN = 150;

    /** Responses after the service has waited two seconds for another request, which holds the order's lock. */
    private static final Pattern WAITED = Pattern.compile("/problems/(order-busy|lookalike)\"");

    /** Requests that wait a second for an earlier one under their key or name, whatever their response is then. */
    private static final Pattern WAITING = Pattern.compile("(?i)put /once/|post .*\nidempotency-key:", Pattern.DOTALL);

    private static final long WAITED_FOR = TimeUnit.SECONDS.toNanos(2);

    private final Judge judge;
    private final Report report;
    private final String name;
    private final Known known = new Known();
    private final List<Socket> streams = new ArrayList<>();
    private final SoundRequests sound;
    private final Mutator mutator;
    private final Wire wire;
    private int sent;

    Client(URL service, Operations operations, Judge judge, Report report, String name) {
        this.judge = judge;
        this.report = report;
        this.name = name;
        this.sound = new SoundRequests(operations, known, name);
        this.mutator = new Mutator(sound);
        this.wire = new Wire(service);
    }

    /**
     * Sends one random request or several.
     *
     * @param index of the request, for the report
     * @param isJudgedByTime whether its duration is checked
     */
    void send(int index, Random random, boolean isJudgedByTime) throws IOException {
        if (sent == 0) {
            for (String role : SoundRequests.ROLES) {
                signIn(role, name + '-' + role);
            }
        } else if (sent % SAME_BUYER == 0) {
            signIn("buyer", name + "-buyer-" + sent);
        }
        sent++;
        List<Request> requests = requests(random);
        Request first = requests.getFirst();
        try {
            if (first.isCut()) {
                report.cut(first);
                wire.cut(first, random.nextInt(4) > 0);
                return;
            }
            List<Answer> answers = wire.exchange(requests);
            if (answers.getLast().isStream()) {
                keep(wire.detach(), answers.getLast());
            }
            for (int i = 0; i < answers.size(); i++) {
                judge(index, requests.get(i), answers.get(i), isJudgedByTime);
            }
        } catch (SocketTimeoutException hang) {
            report.fault(index, first, "no answer within ten seconds", Optional.empty());
        } catch (IOException failure) {
            if (first.mayBeClosed || first.isNotHttp) {
                report.closed();
            } else {
                report.fault(index, first, String.valueOf(failure.getMessage()), Optional.empty());
            }
        }
        closeSomeStreams(random);
    }

    private void signIn(String role, String subject) throws IOException {
        Answer answer = wire.exchange(List.of(sound.signIn(subject, role))).getFirst();
        sound.signedIn(
                role, new ObjectMapper().readTree(answer.body()).path("token").asText());
    }

    /** One request, or several that are all sound and none of them a stream. */
    private List<Request> requests(Random random) {
        Request first = sound.next(random);
        if (random.nextBoolean()) {
            mutator.mutate(first, random);
            return List.of(first);
        }
        if (first.operation.isStream() || random.nextInt(20) > 0) {
            return List.of(first);
        }
        return Stream.concat(
                        Stream.of(first),
                        Stream.generate(() -> sound.next(random))
                                .limit(1 + random.nextInt(3))
                                .filter(request -> !request.operation.isStream()))
                .toList();
    }

    private void judge(int index, Request request, Answer answer, boolean isJudgedByTime) throws IOException {
        report.answered(request, answer);
        List<String> faults = judge.faults(request, answer);
        if (isJudgedByTime && isSlow(request, answer)) {
            // The machine is shared: only a request that is slow twice is reported.
            report.sentAgain();
            wire.close();
            Answer again = wire.exchange(List.of(request)).getFirst();
            if (again.isStream()) {
                wire.detach().close();
            }
            if (isSlow(request, again)) {
                faults.add("slow twice");
            }
        }
        for (String fault : faults) {
            report.fault(index, request, answer.status() + " " + fault, Optional.of(answer));
        }
        boolean isJson = answer.header("Content-Type").contains("json");
        if (faults.isEmpty() && isJson && !answer.body().isEmpty()) {
            sound.learn(answer.status(), answer.body());
        }
    }

    private boolean isSlow(Request request, Answer answer) {
        String sent = request.method + ' ' + request.target + '\n' + String.join("\n", request.headers);
        boolean mayWait =
                WAITED.matcher(answer.body()).find() || WAITING.matcher(sent).lookingAt();
        long waited = mayWait ? WAITED_FOR : 0;
        return answer.nanos() > SLOW + waited && answer.nanos() > SLOW_TO_MEDIAN * report.medianNanos() + waited;
    }

    private void keep(Socket stream, Answer answer) {
        streams.add(stream);
        Matcher id = EVENT_ID.matcher(answer.body());
        if (id.find()) {
            known.add(Kind.EVENT_ID, id.group(1));
        }
    }

    private void closeSomeStreams(Random random) throws IOException {
        while (streams.size() > MOST_STREAMS || (!streams.isEmpty() && random.nextInt(8) == 0)) {
            Socket stream = streams.remove(random.nextInt(streams.size()));
            stream.setSoLinger(random.nextBoolean(), 0);
            stream.close();
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket stream : streams) {
            stream.close();
        }
        wire.close();
    }
}
