package dev.orderonce.orders;

import jakarta.ws.rs.QueryParam;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The query parameters with which staff search orders, as the client wrote them; {@link OrderSearch} reads them. */
public class OrderSearchParameters {
    private static final String STAFF = "Merchant and support only: ";

    @Parameter(
            description = STAFF + "only orders in these states, separated by commas: `PAID,SHIPPED`",
            schema = @Schema(type = SchemaType.STRING))
    @QueryParam("state")
    public Optional<String> state = Optional.empty();

    @Parameter(description = STAFF + "only orders of this buyer", schema = @Schema(type = SchemaType.STRING))
    @QueryParam("buyer")
    public Optional<String> buyer = Optional.empty();

    @Parameter(
            description = STAFF + "only orders that were placed at this time or later",
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
    @QueryParam("placedFrom")
    public Optional<String> placedFrom = Optional.empty();

    @Parameter(
            description = STAFF + "only orders that were placed before this time",
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
    @QueryParam("placedTo")
    public Optional<String> placedTo = Optional.empty();

    @Parameter(
            description = STAFF + "only orders in this currency (ISO 4217)",
            schema = @Schema(type = SchemaType.STRING))
    @QueryParam("currency")
    public Optional<String> currency = Optional.empty();

    @Parameter(
            description = STAFF + "only totals of this amount or more, in minor units; with `currency`",
            schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "0"))
    @QueryParam("totalFrom")
    public Optional<String> totalFrom = Optional.empty();

    @Parameter(
            description = STAFF + "only totals of this amount or less, in minor units; with `currency`",
            schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "0"))
    @QueryParam("totalTo")
    public Optional<String> totalTo = Optional.empty();

    @Parameter(
            description = STAFF + "only numbers that begin so; 4 symbols or more, in any case, with or without hyphens",
            schema = @Schema(type = SchemaType.STRING))
    @QueryParam("number")
    public Optional<String> number = Optional.empty();

    @Parameter(
            description = STAFF + "only orders with this reference, the shop's own id of the order",
            schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = OrderNotes.LONGEST_REFERENCE))
    @QueryParam("reference")
    public Optional<String> reference = Optional.empty();

    @Parameter(
            description =
                    STAFF + "`true`: only orders on hold; `false`: only others; a reason: only orders on hold for it",
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"true", "false", "DISPUTE", "SUSPECTED_DUPLICATE", "SUPPORT"}))
    @QueryParam("hold")
    public Optional<String> hold = Optional.empty();

    @Parameter(
            description = STAFF + "which orders come first",
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"newest", "oldest"},
                            defaultValue = "newest"))
    @QueryParam("order")
    public Optional<String> order = Optional.empty();

    /** Whether the client sent any of them. */
    boolean isAnyPresent() {
        return Stream.of(
                        state,
                        buyer,
                        placedFrom,
                        placedTo,
                        currency,
                        totalFrom,
                        totalTo,
                        number,
                        reference,
                        hold,
                        order)
                .anyMatch(Optional::isPresent);
    }
}
