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
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * A page for each problem's {@code type}, which is the path of that page: the cause, an example, what a program does
 * and what a buyer is shown.
 */
@Path("/problems")
@Tag(name = "Problems", description = "The pages that explain the types of problems")
@PermitAll
@Produces(MediaType.TEXT_HTML)
public class ProblemPages {

    @GET
    @Operation(
            operationId = "listProblems",
            summary = "List the types of problems",
            description = "A page with a link to the page of each type.")
    public String list() {
        String rows = Arrays.stream(ProblemType.values())
                .map(type -> "<tr><td>%d</td><th scope=\"row\"><a href=\"%s\">%s</a></th><td><code>%s</code></td></tr>"
                        .formatted(
                                type.status(),
                                type.uri(),
                                type.title(),
                                type.retry().text()))
                .collect(Collectors.joining("\n"));
        return page("Problems", """
                <p>Every refusal of order-once is a problem (RFC 9457). Its <code>type</code> is the path of a page here, and
                <code>retry</code> says what a program does.</p>
                <table>
                <thead><tr><th scope="col">Status</th><th scope="col">Problem</th><th scope="col">retry</th></tr></thead>
                <tbody>
                %s
                </tbody>
                </table>
                """.formatted(rows));
    }

    @GET
    @Path("/{name}")
    @Refusals(ProblemType.NOT_FOUND)
    @Operation(
            operationId = "explainProblem",
            summary = "Explain a type of problem",
            description = "The cause, an example, what a program does, and what a buyer is shown.")
    public String explain(@PathParam("name") String name) {
        ProblemType type = ProblemType.ofSlug(name).orElseThrow(NotFoundException::new);
        ProblemExample example = ProblemExample.of(type);
        return page(type.title(), """
                <p><span class="chip">%d</span> <code>%s</code></p>
                <h2>Cause</h2>
                <p>%s</p>
                <h2>What a program does</h2>
                <p><code>retry: %s</code>. %s</p>
                <h2>What to show a buyer</h2>
                <blockquote>%s</blockquote>
                <h2>Example</h2>
                <pre tabindex="0" aria-label="Request"><code>%s</code></pre>
                <p></p>
                <pre tabindex="0" aria-label="Response"><code>%s</code></pre>
                """.formatted(
                        type.status(),
                        type.slug(),
                        type.explanation(),
                        type.retry().text(),
                        type.retry().advice(),
                        text(example.buyer()),
                        text(example.request()),
                        text(example.response(type))));
    }

    private static String text(String given) {
        return given.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String page(String title, String body) {
        return """
                <!doctype html>
                <html lang="en">
                <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%1$s · order-once</title><link rel="stylesheet" href="/problems.css"></head>
                <body><header><a href="/problems">All problems</a> <a href="/openapi">API description</a></header>
                <main><h1>%1$s</h1>
                %2$s
                </main></body>
                </html>
                """.formatted(title, body);
    }
}
