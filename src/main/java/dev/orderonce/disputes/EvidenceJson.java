package dev.orderonce.disputes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;

/** Evidence as the JSON text that the table keeps. */
@ApplicationScoped
class EvidenceJson {
    private final ObjectMapper json;

    EvidenceJson(ObjectMapper json) {
        this.json = json;
    }

    String write(Evidence evidence) {
        try {
            return json.writeValueAsString(evidence);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible); // texts, numbers and times can be written
        }
    }

    Evidence read(String text) {
        try {
            return json.readValue(text, Evidence.class);
        } catch (JsonProcessingException unreadable) {
            throw new UncheckedIOException("stored evidence cannot be read", unreadable);
        }
    }
}
