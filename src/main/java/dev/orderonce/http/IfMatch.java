package dev.orderonce.http;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The header {@code If-Match} of a request that changes something; {@link Endpoint#conditional} reads it. */
public class IfMatch {
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "The `ETag` of the order as the client knows it: if the order has changed since, the request "
                    + "changes nothing",
            schema = @Schema(type = SchemaType.STRING))
    @HeaderParam(HttpHeaders.IF_MATCH)
    public List<String> values = List.of();
}
