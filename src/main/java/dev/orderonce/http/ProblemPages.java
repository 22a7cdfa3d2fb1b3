package dev.orderonce.http;

import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** A page for each problem's {@code type}, which is the path of that page. */
@Path("/problems")
@PermitAll
@Produces(MediaType.TEXT_HTML)
public class ProblemPages {

    @GET
    @Operation(operationId = "listProblems", summary = "List the types of problems")
    public String list() {
        String rows = Arrays.stream(ProblemType.values())
                .map(type -> "<li><a href=\"%s\">%s</a> (%d): %s</li>"
                        .formatted(type.uri(), type.slug(), type.status(), type.title()))
                .collect(Collectors.joining("\n"));
        return page("Problems", "<ul>\n" + rows + "\n</ul>");
    }

    @GET
    @Path("/{name}")
    @Refusals(ProblemType.NOT_FOUND)
    @Operation(operationId = "explainProblem", summary = "Explain a type of problem")
    public String explain(@PathParam("name") String name) {
        ProblemType type = ProblemType.ofSlug(name).orElseThrow(NotFoundException::new);
        return page(
                type.title(),
                "<p>%s</p>\n<dl><dt>Status</dt><dd>%d</dd><dt>retry</dt><dd><code>%s</code>: %s</dd></dl>"
                        .formatted(
                                type.explanation(),
                                type.status(),
                                type.retry().text(),
                                type.retry().advice()));
    }

    private static String page(String title, String body) {
        return """
                <!doctype html>
                <html lang="en">
                <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%1$s · order-once</title></head>
                <body><main><h1>%1$s</h1>
                %2$s
                </main></body>
                </html>
                """.formatted(title, body);
    }
}
