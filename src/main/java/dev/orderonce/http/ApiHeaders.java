package dev.orderonce.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * Adds the headers that many responses share to the API description, as references from the responses. Those of limits,
 * which refused requests have too, are described in {@link RefusalResponses}.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD, priority = ApiHeaders.AFTER_PROBLEMS)
public class ApiHeaders implements OASFilter {
    /** {@link ApiDescription}, which adds the responses of limits, has 1: the higher priority is first. */
    static final int AFTER_PROBLEMS = 0;

    private static final String LIMITED = Integer.toString(ProblemType.LIMIT_REACHED.status());

    @Override
    public void filterOpenAPI(OpenAPI api) {
        Header requestId = OASFactory.createHeader()
                .description("The id of the request, which support asks for. Every response has it; in a problem it is "
                        + "the end of `instance`.")
                .schema(OASFactory.createSchema()
                        .addType(Schema.SchemaType.STRING)
                        .pattern("[0-9a-f]{32}"));
        api.getComponents().addHeader(Headers.REQUEST_ID, requestId);
        // Of refusals that operations share, only those can have headers of their own.
        api.getComponents().getResponses().values().forEach(response -> refer(response, Headers.REQUEST_ID));
        api.getPaths().getPathItems().values().stream()
                .map(PathItem::getOperations)
                .flatMap(operations -> operations.values().stream())
                .forEach(ApiHeaders::complete);
    }

    private static void complete(Operation operation) {
        Map<String, APIResponse> responses = operation.getResponses().getAPIResponses();
        boolean isLimited = responses.containsKey(LIMITED);
        responses.forEach((status, response) -> {
            refer(response, Headers.REQUEST_ID);
            if (isLimited && status.startsWith("2")) {
                refer(response, Headers.RATE_LIMIT_POLICY);
                refer(response, Headers.RATE_LIMIT);
            }
        });
    }

    /** A response that is itself a reference can have no header of its own. */
    private static void refer(APIResponse response, String name) {
        if (response.getRef() == null) {
            response.addHeader(name, OASFactory.createHeader().ref("#/components/headers/" + name));
        }
    }
}
