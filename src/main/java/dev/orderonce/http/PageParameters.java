package dev.orderonce.http;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The query parameters of a list that is read page by page. */
public class PageParameters {
    /** Description of the parameter {@code after}. */
    public static final String AFTER = "The `after` of the previous page";

    /** Description of the member {@code after} of a page. */
    public static final String NEXT = "The `after` of the next page; null on the last page";

    /** Description of the parameter {@code limit}. */
    public static final String LIMIT = "The maximum number of entries, 1 to 100";

    /** The largest {@code limit}. */
    public static final String LARGEST = "100";

    private static final String USUAL = "20";

    @Parameter(description = AFTER, schema = @Schema(type = SchemaType.STRING))
    @QueryParam("after")
    public Optional<String> after = Optional.empty();

    @Parameter(
            description = LIMIT,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = LARGEST, defaultValue = USUAL))
    @DefaultValue(USUAL)
    @QueryParam("limit")
    public String limit = USUAL;

    /** Where the page begins: {@code after} of the previous page; empty for the first page. */
    public Optional<String> after() {
        return after;
    }

    /** The maximum number of entries; out of every range if the client sent no whole number. */
    public int limit() {
        return Parameters.whole(limit);
    }
}
