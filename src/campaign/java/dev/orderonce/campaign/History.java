package dev.orderonce.campaign;

import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Operation.Outcome;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The file of all operations: a line of JSON when one begins, before anything is sent, and one when it has ended.
 * Operations that did not end are indefinite.
 */
final class History implements AutoCloseable {
    private final BufferedWriter file;
    private long last;

    History(Path path) throws IOException {
        file = Files.newBufferedWriter(path);
    }

    /** One request that was sent: when (milliseconds since the epoch), how long it took, and the status, or 0. */
    record Sent(long at, long millis, int status) {}

    /** Records what a client is about to request. */
    synchronized Operation begin(
            Kind kind, String buyer, String purchase, String scope, String number, String key, long quantity) {
        Operation operation = Operation.requested(++last, kind, buyer, purchase, scope, number, key, quantity)
                .begunAt(System.currentTimeMillis());
        JsonObject line = new JsonObject()
                .put("op", operation.id())
                .put("at", operation.at())
                .put("kind", kind.name())
                .put("buyer", buyer)
                .put("purchase", purchase);
        putUnlessEmpty(line, "scope", scope);
        putUnlessEmpty(line, "number", number);
        putUnlessEmpty(line, "key", key);
        write(line.put("quantity", quantity));
        return operation;
    }

    /** Records what came of it, with the type of the problem, if it was one. */
    synchronized void end(Operation operation, String problem, List<Sent> requests) {
        JsonObject line = new JsonObject()
                .put("end", operation.id())
                .put("at", System.currentTimeMillis())
                .put("outcome", operation.outcome().name());
        putUnlessEmpty(line, "issued", operation.kind() == Kind.ISSUE ? operation.number() : "");
        putUnlessEmpty(line, "order", operation.order());
        putUnlessEmpty(line, "said", operation.said());
        if (operation.until() != 0) {
            line.put("until", operation.until());
        }
        putUnlessEmpty(line, "problem", problem);
        JsonArray sent = new JsonArray();
        requests.forEach(request ->
                sent.add(new JsonArray().add(request.at()).add(request.millis()).add(request.status())));
        write(line.put("created", operation.created()).put("sent", sent));
    }

    /** Records a fault: its kind, and whether it begins or has ended. */
    synchronized void fault(String kind, String what) {
        write(new JsonObject()
                .put("fault", kind)
                .put("at", System.currentTimeMillis())
                .put("what", what));
    }

    private static void putUnlessEmpty(JsonObject line, String name, String value) {
        if (!value.isEmpty()) {
            line.put(name, value);
        }
    }

    private void write(JsonObject line) {
        try {
            file.write(line.encode());
            file.newLine();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Reads all operations of a file. */
    static List<Operation> read(Path path) throws IOException {
        List<Operation> ended = new ArrayList<>();
        Map<Long, Operation> open = new HashMap<>();
        try (BufferedReader reader = Files.newBufferedReader(path)) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                JsonObject line = new JsonObject(text);
                if (line.containsKey("op")) {
                    open.put(line.getLong("op"), requested(line));
                } else if (line.containsKey("end")) {
                    Operation operation = open.remove(line.getLong("end"));
                    if (operation == null) {
                        throw new IOException("ended and never begun: " + text);
                    }
                    ended.add(operation
                            .until(line.getLong("until", 0L))
                            .ended(
                                    Outcome.valueOf(line.getString("outcome")),
                                    line.getString("order", ""),
                                    line.getString("said", ""),
                                    line.getInteger("created")));
                }
            }
        }
        ended.addAll(open.values());
        return ended;
    }

    private static Operation requested(JsonObject line) {
        return Operation.requested(
                        line.getLong("op"),
                        Kind.valueOf(line.getString("kind")),
                        line.getString("buyer"),
                        line.getString("purchase"),
                        line.getString("scope", ""),
                        line.getString("number", ""),
                        line.getString("key", ""),
                        line.getLong("quantity"))
                .begunAt(line.getLong("at"));
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
