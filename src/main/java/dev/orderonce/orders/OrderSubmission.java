package dev.orderonce.orders;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.issuing.IssueNumber;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The body of a request to place an order, not validated yet. */
@Schema(name = "OrderSubmission", additionalProperties = Schema.False.class)
public record OrderSubmission(
        @Schema(
                description = "The number that was issued for this checkout; any case, with or without hyphens. "
                        + "Left out if there is an Idempotency-Key",
                examples = "0K3M7Q-XW52TB-9H4NRC")
        @Nullable String orderNumber,

        @Schema(
                description =
                        "The page's own id of this checkout, which the number was issued for. Always send it: the "
                                + "service then knows it even while its cache is unavailable. Not together with an "
                                + "Idempotency-Key",
                minLength = 1,
                maxLength = IssueNumber.LONGEST_CHECKOUT)
        @Nullable String checkout,

        @Schema(description = "ISO 4217", examples = "EUR", required = true) @Nullable String currency,

        @Schema(
                description = "The sum over all lines, in minor units of the currency",
                minimum = "0",
                maximum = "9007199254740991",
                examples = "4200",
                required = true)
        @Nullable Long total,

        @Schema(required = true, minItems = 1, maxItems = OrderDraft.MOST_LINES) @Nullable List<@Nullable LineSubmission> lines,

        @Schema(maxItems = OrderDraft.MOST_ACKNOWLEDGEMENTS) @Nullable List<@Nullable AcknowledgementSubmission> acknowledgements,

        @Schema(
                description =
                        "The catalogue's signature of currency and lines. Required where the shop signs its prices; "
                                + "ignored elsewhere",
                examples = "v1.1795290000.3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        @Nullable String quote) {

    /** The JSON form of a submitted line. */
    @Schema(name = "LineSubmission", additionalProperties = Schema.False.class)
    public record LineSubmission(
            @Schema(minLength = 1, maxLength = OrderDraft.LONGEST_CODE, examples = "tea-1", required = true) @Nullable String productCode,

            @Schema(minLength = 1, maxLength = OrderDraft.LONGEST_NAME, examples = "Green tea") @Nullable String name,

            @Schema(minimum = "1", maximum = "1000000", examples = "2", required = true) @Nullable Long quantity,

            @Schema(
                    description = "In minor units of the currency",
                    minimum = "0",
                    maximum = "9007199254740991",
                    examples = "2100",
                    required = true)
            @Nullable Long unitPrice) {}

    /** The JSON form of an acknowledgement, in requests and responses. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "Acknowledgement", additionalProperties = Schema.False.class)
    public record AcknowledgementSubmission(
            @Schema(
                    enumeration = {"LARGE_AMOUNT", "SECOND_ORDER"},
                    required = true)
            @Nullable String kind,

            @Schema(description = "With LARGE_AMOUNT: the total that is meant", examples = "4200") @Nullable Long total,

            @Schema(description = "With SECOND_ORDER: the number of the earlier order") @Nullable String earlier) {}
}
