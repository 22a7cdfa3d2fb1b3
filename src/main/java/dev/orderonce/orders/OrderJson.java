package dev.orderonce.orders;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.orderonce.identity.Actor;
import dev.orderonce.numbers.OrderNumber;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lines and acknowledgements as the JSON text that the table keeps. */
final class OrderJson {
    private static final JsonFactory JSON = new JsonFactory();

    private OrderJson() {}

    @FunctionalInterface
    private interface Writing {
        void to(JsonGenerator json) throws IOException;
    }

    static String lines(List<Line> lines) {
        return array(json -> {
            for (Line line : lines) {
                json.writeStartObject();
                json.writeStringField("productCode", line.productCode());
                if (line.name().isPresent()) {
                    json.writeStringField("name", line.name().get());
                }
                json.writeNumberField("quantity", line.quantity());
                json.writeNumberField("unitPrice", line.unitPrice());
                json.writeEndObject();
            }
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

    static String detail(Transition because) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField(OrderEvent.BY, because.by().name());
            json.writeStringField(
                    OrderEvent.ACTOR,
                    switch (because.by()) {
                        case Actor.Person _ -> OrderEvent.PERSON;
                        case Actor.Job _ -> OrderEvent.JOB;
                    });
            if (because.reason().isPresent()) {
                json.writeStringField("reason", because.reason().get());
            }
            if (because.duplicateOf().isPresent()) {
                json.writeStringField(
                        OrderEvent.DUPLICATE_OF, because.duplicateOf().get().shown());
            }
            if (because.payment().isPresent()) {
                json.writeStringField("payment", because.payment().get());
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // a StringWriter does not fail
        }
        return text.toString();
    }

    /** Flat: names and texts. Nothing for the event of placing, which has no detail. */
    static Map<String, String> readDetail(@Nullable String text) {
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
            throw new UncheckedIOException("a stored event cannot be read", unreadable);
        }
    }

    private static String array(Writing elements) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            elements.to(json);
            json.writeEndArray();
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

    static List<Acknowledgement> readAcknowledgements(String text) {
        List<Acknowledgement> acknowledgements = new ArrayList<>();
        readObjects(
                text,
                fields -> acknowledgements.add(fields.text("earlier")
                        .<Acknowledgement>map(earlier -> new Acknowledgement.SecondOrder(new OrderNumber(earlier)))
                        .orElseGet(() -> new Acknowledgement.LargeAmount(fields.number("total")))));
        return acknowledgements;
    }

    @FunctionalInterface
    private interface ObjectReader {
        void read(Fields fields);
    }

    private static void readObjects(String text, ObjectReader reader) {
        try (JsonParser json = JSON.createParser(text)) {
            require(json.nextToken() == JsonToken.START_ARRAY);
            while (json.nextToken() != JsonToken.END_ARRAY) {
                require(json.currentToken() == JsonToken.START_OBJECT);
                reader.read(Fields.of(json));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException("a stored order cannot be read", unreadable);
        }
    }

    private static void require(boolean isAsWritten) throws IOException {
        if (!isAsWritten) {
            throw new IOException("not what was written here");
        }
    }

    /** The members of one flat object: the names and values of our own few, by linear search. */
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
