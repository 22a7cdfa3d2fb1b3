package dev.orderonce.idempotency;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads bodies without loss: the stored and returned body equals the one that was sent, to the last digit. */
final class RecordBody {
    /** A record says what was begun and is flat; documents belong elsewhere. */
    private static final int DEEPEST = 32;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // A double would round: two different bodies would be equal.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private RecordBody() {}

    /** The JSON object; empty if the text is not one, or cannot be returned as it was sent. */
    static Optional<ObjectNode> read(String text) {
        return readAny(text).filter(ObjectNode.class::isInstance).map(ObjectNode.class::cast);
    }

    /** The JSON value; empty if the text is not one, or cannot be returned as it was sent. */
    static Optional<JsonNode> readAny(String text) {
        try {
            JsonNode value = JSON.readTree(text);
            return value.isMissingNode() || !isText(value.toString()) ? Optional.empty() : Optional.of(value);
        } catch (JsonProcessingException | ArithmeticException | NumberFormatException unreadable) {
            return Optional.empty();
        }
    }

    /** JSON can escape half of a surrogate pair, which is not a character and cannot be stored. */
    private static boolean isText(String written) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(written);
    }
}
