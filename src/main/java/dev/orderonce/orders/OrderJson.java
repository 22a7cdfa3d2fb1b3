package dev.orderonce.orders;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes the parts of orders and the detail of events as the JSON text that the tables store. */
final class OrderJson {
    private static final JsonFactory JSON = new JsonFactory();

    private OrderJson() {}

    @FunctionalInterface
    private interface JsonWriter {
        void write(JsonGenerator json) throws IOException;
    }

    static String lines(List<Line> lines) {
        return array(json -> {
            for (Line line : lines) {
                json.writeStartObject();
                json.writeStringField("productCode", line.productCode());
                writeIfPresent(json, "name", line.name());
                json.writeNumberField("quantity", line.quantity());
                json.writeNumberField("unitPrice", line.unitPrice());
                json.writeEndObject();
            }
        });
    }

    static String charges(List<Charge> charges) {
        return array(json -> {
            for (Charge charge : charges) {
                json.writeStartObject();
                json.writeStringField("kind", charge.kind().name());
                json.writeStringField("label", charge.label());
                json.writeNumberField("amount", charge.amount());
                json.writeEndObject();
            }
        });
    }

    static String metadata(Map<String, String> metadata) {
        return write(json -> {
            json.writeStartObject();
            for (Map.Entry<String, String> entry : metadata.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        });
    }

    static String acknowledgements(List<Acknowledgement> acknowledgements) {
        if (acknowledgements.isEmpty()) {
            return "[]"; // nearly always
        }
        return array(json -> {
            for (Acknowledgement acknowledgement : acknowledgements) {
                json.writeStartObject();
                switch (acknowledgement) {
                    case Acknowledgement.LargeAmount(long total) -> {
                        json.writeStringField("kind", "LARGE_AMOUNT");
                        json.writeNumberField("total", total);
                    }
                    case Acknowledgement.SecondOrder(OrderNumber earlier) -> {
                        json.writeStringField("kind", "SECOND_ORDER");
                        json.writeStringField("earlier", earlier.symbols());
                    }
                }
                json.writeEndObject();
            }
        });
    }

    static String detail(Transition transition) {
        return write(json -> {
            json.writeStartObject();
            json.writeStringField(OrderEvent.BY, transition.by().name());
            json.writeStringField(
                    OrderEvent.ACTOR,
                    switch (transition.by()) {
                        case Actor.Person _ -> OrderEvent.PERSON;
                        case Actor.Program _ -> OrderEvent.PROGRAM;
                        case Actor.Job _ -> OrderEvent.JOB;
                    });
            if (transition.by() instanceof Actor.Program(var _, Buyer buyer)) {
                json.writeStringField(OrderEvent.FOR, buyer.subject());
            }
            writeIfPresent(json, "reason", transition.reason());
            writeIfPresent(
                    json, OrderEvent.DUPLICATE_OF, transition.duplicateOf().map(OrderNumber::shown));
            writeIfPresent(json, "payment", transition.payment());
            json.writeEndObject();
        });
    }

    /** The detail of an order that a buyer has claimed from a guest. */
    static String claimDetail(Buyer buyer, Buyer guest) {
        return write(json -> {
            json.writeStartObject();
            json.writeStringField(OrderEvent.BY, buyer.subject());
            json.writeStringField(OrderEvent.ACTOR, OrderEvent.PERSON);
            json.writeStringField(OrderEvent.GUEST, guest.subject());
            json.writeEndObject();
        });
    }

    private static void writeIfPresent(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }

    /** Reads a flat object of texts, a detail or metadata; empty if there is none, as in the event of placing. */
    static Map<String, String> readTexts(@Nullable String text) {
        if (text == null) {
            return Map.of();
        }
        try (JsonParser json = JSON.createParser(text)) {
            require(json.nextToken() == JsonToken.START_OBJECT);
            Fields fields = Fields.of(json);
            Map<String, String> detail = new LinkedHashMap<>();
            for (int i = 0; i < fields.names().size(); i++) {
                detail.put(fields.names().get(i), fields.values().get(i));
            }
            return detail;
        } catch (IOException unreadable) {
            throw new UncheckedIOException("stored texts cannot be read", unreadable);
        }
    }

    private static String array(JsonWriter elements) {
        return write(json -> {
            json.writeStartArray();
            elements.write(json);
            json.writeEndArray();
        });
    }

    private static String write(JsonWriter content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            content.write(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // a StringWriter does not fail
        }
        return text.toString();
    }

    static List<Line> readLines(String text) {
        List<Line> lines = new ArrayList<>();
        readObjects(
                text,
                fields -> lines.add(new Line(
                        fields.text("productCode").orElseThrow(),
                        fields.text("name"),
                        fields.number("quantity"),
                        fields.number("unitPrice"))));
        return lines;
    }

    /** Empty if the column is null. */
    static List<Charge> readCharges(@Nullable String text) {
        if (text == null) {
            return List.of(); // nearly always
        }
        List<Charge> charges = new ArrayList<>();
        readObjects(
                text,
                fields -> charges.add(new Charge(
                        Charge.Kind.valueOf(fields.text("kind").orElseThrow()),
                        fields.text("label").orElseThrow(),
                        fields.number("amount"))));
        return charges;
    }

    static List<Acknowledgement> readAcknowledgements(String text) {
        List<Acknowledgement> acknowledgements = new ArrayList<>();
        readObjects(
                text,
                fields -> acknowledgements.add(fields.text("earlier")
                        .<Acknowledgement>map(earlier -> new Acknowledgement.SecondOrder(new OrderNumber(earlier)))
                        .orElseGet(() -> new Acknowledgement.LargeAmount(fields.number("total")))));
        return acknowledgements;
    }

    private static void readObjects(String text, Consumer<Fields> reader) {
        try (JsonParser json = JSON.createParser(text)) {
            require(json.nextToken() == JsonToken.START_ARRAY);
            while (json.nextToken() != JsonToken.END_ARRAY) {
                require(json.currentToken() == JsonToken.START_OBJECT);
                reader.accept(Fields.of(json));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException("a stored order cannot be read", unreadable);
        }
    }

    private static void require(boolean isExpected) throws IOException {
        if (!isExpected) {
            throw new IOException("not the expected JSON");
        }
    }

    /** The members of one flat object; it has few, so a linear search finds them. */
    private record Fields(List<String> names, List<String> values) {
        static Fields of(JsonParser json) throws IOException {
            Fields fields = new Fields(new ArrayList<>(4), new ArrayList<>(4));
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                fields.names.add(name);
                fields.values.add(json.getText());
            }
            return fields;
        }

        Optional<String> text(String name) {
            int at = names.indexOf(name);
            return at < 0 ? Optional.empty() : Optional.of(values.get(at));
        }

        long number(String name) {
            return Long.parseLong(text(name).orElseThrow());
        }
    }
}
