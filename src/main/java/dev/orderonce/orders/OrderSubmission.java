package dev.orderonce.orders;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderonce.http.CheckedBody;
import dev.orderonce.http.Violation;
import dev.orderonce.issuing.IssueNumber;
import java.util.List;
import java.util.Map;
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
                description = "The sum over all lines and charges, in minor units of the currency",
                minimum = "0",
                maximum = "9007199254740991",
                examples = "4200",
                required = true)
        @Nullable Long total,

        @Schema(required = true, minItems = 1, maxItems = OrderDraft.MOST_LINES) @Nullable List<@Nullable LineSubmission> lines,

        @Schema(
                description =
                        "What is added to the lines or taken off. Part of the content: other kinds or amounts are "
                                + "another order",
                maxItems = OrderDraft.MOST_CHARGES)
        @Nullable List<@Nullable ChargeSubmission> charges,

        @Schema(maxItems = OrderDraft.MOST_ACKNOWLEDGEMENTS) @Nullable List<@Nullable AcknowledgementSubmission> acknowledgements,

        @Schema(
                description =
                        "The catalogue's signature of currency, lines and charges. Required where the shop signs its prices; "
                                + "ignored elsewhere",
                examples = "v1.1795290000.3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        @Nullable String quote,

        @Schema(
                description =
                        "The shop's own id of the order: visible characters. A shop can set that no two orders have "
                                + "the same one",
                minLength = 1,
                maxLength = OrderNotes.LONGEST_REFERENCE,
                examples = "S-2026-104711")
        @Nullable String reference,

        @Schema(
                description =
                        "Texts that the shop keeps with the order, up to 4096 bytes of UTF-8 together. Not compared",
                maxProperties = OrderNotes.MOST_METADATA)
        @Nullable Map<String, @Nullable String> metadata,

        @Schema(
                description = "How the order is delivered, in a form of the shop's own: up to 2048 bytes of UTF-8. Not "
                        + "compared; returned to the buyer and to staff only",
                minLength = 1,
                maxLength = OrderNotes.MOST_TEXT_BYTES)
        @Nullable String delivery,

        @Schema(
                description = "How the buyer is reached, like `delivery`",
                minLength = 1,
                maxLength = OrderNotes.MOST_TEXT_BYTES)
        @Nullable String contact)
        implements CheckedBody {

    @Override
    public List<Violation> violations() {
        return OrderDraft.read(this) instanceof OrderDraft.Reading.Invalid(var violations) ? violations : List.of();
    }

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

    /** The JSON form of a submitted charge. */
    @Schema(name = "ChargeSubmission", additionalProperties = Schema.False.class)
    public record ChargeSubmission(
            @Schema(
                    enumeration = {"SHIPPING", "TAX", "DISCOUNT", "FEE"},
                    required = true)
            @Nullable String kind,

            @Schema(
                    description = "What the page shows; not compared",
                    minLength = 1,
                    maxLength = OrderDraft.LONGEST_NAME,
                    examples = "Express delivery",
                    required = true)
            @Nullable String label,

            @Schema(
                    description = "In minor units of the currency: below 0 for a DISCOUNT, 0 or more for all others",
                    minimum = "-9007199254740991",
                    maximum = "9007199254740991",
                    examples = "490",
                    required = true)
            @Nullable Long amount) {}

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
