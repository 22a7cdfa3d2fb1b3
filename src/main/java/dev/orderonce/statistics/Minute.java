package dev.orderonce.statistics;

import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One minute of the picture. */
@Schema(name = "Minute")
public record Minute(
        @Schema(required = true, description = "When it began")
        Instant at,

        @Schema(required = true, description = "Orders that were made")
        long placed,

        @Schema(required = true, description = "Repeats that were led to the order that stands")
        long prevented,

        @Schema(required = true, description = "Orders that were asked about before they were made")
        long asked,

        @Schema(required = true, description = "Other requests to place, by how they ended")
        Map<String, Long> refused) {}
