package dev.orderonce.disputes;

import dev.orderonce.http.CheckedBody;
import dev.orderonce.http.Violation;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The body of a request to open a dispute, not validated yet. */
@Schema(name = "DisputeSubmission", additionalProperties = Schema.False.class)
public record DisputeSubmission(
        @Schema(
                required = true,
                enumeration = {"DUPLICATE", "NOT_MINE"},
                description = "DUPLICATE: the order repeats another one. NOT_MINE: the buyer did not place it")
        @Nullable String kind,

        @Schema(
                nullable = true,
                examples = "0K3M7Q-XW52TB-9H4NRC",
                description = "With DUPLICATE: the number of the buyer's other order")
        @Nullable String duplicateOf,

        @Schema(
                nullable = true,
                minLength = 1,
                maxLength = SendMessage.LONGEST_TEXT,
                description = "The buyer's message to the shop")
        @Nullable String message)
        implements CheckedBody {

    @Override
    public List<Violation> violations() {
        return OpenDispute.violations(this);
    }
}
