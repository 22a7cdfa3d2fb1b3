package dev.orderonce.idempotency;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads bodies so that what is kept and shown is what was sent, to the last digit. */
final class RecordBody {
    /** What says what was begun is flat; a document is kept elsewhere. */
    private static final int DEEPEST = 32;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // A double would round, and make one of two bodies that differ.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private RecordBody() {}

    /** The object that was sent; empty if it is none, or cannot be given back as it came. */
    static Optional<ObjectNode> read(String text) {
        try {
            return JSON.readTree(text) instanceof ObjectNode object && isText(object.toString())
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (JsonProcessingException | ArithmeticException | NumberFormatException unreadable) {
            return Optional.empty();
        }
    }

    /** Half of a surrogate pair, which JSON can spell, is no character: it cannot be kept. */
    private static boolean isText(String written) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(written);
    }
}
