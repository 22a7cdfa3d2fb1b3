package dev.orderonce.statistics;

import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Counts of the requests to place an order within one minute. */
@Schema(name = "Minute")
public record Minute(
        @Schema(required = true, description = "When the minute began")
        Instant at,

        @Schema(required = true, description = "Orders placed")
        long placed,

        @Schema(required = true, description = "Duplicates prevented: repeats that returned the existing order")
        long prevented,

        @Schema(required = true, description = "Requests that required a confirmation")
        long asked,

        @Schema(required = true, description = "Other requests, by outcome")
        Map<String, Long> refused) {}
