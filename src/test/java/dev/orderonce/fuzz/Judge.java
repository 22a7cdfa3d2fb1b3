package dev.orderonce.fuzz;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request.Method;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderonce.fuzz.Operations.Operation;
import dev.orderonce.fuzz.Wire.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Compares responses with the API description. */
final class Judge {
    /**
     * Refusals that come before an operation is selected, and so are documented with none of them: path, query, host or
     * framing refused (400), method not allowed (405), and body, request target or headers too large (413, 414, 431).
     */
    private static final Set<Integer> BEFORE_ROUTING = Set.of(400, 405, 413, 414, 431);

    /** How the HTTP server refuses what it cannot parse: with an empty body. */
    private static final Set<Integer> OF_THE_SERVER = Set.of(400, 414, 431, 501, 505);

    private static final Set<String> RETRIES = Set.of("same-request", "after-change", "new-number", "new-key", "never");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final OpenApiInteractionValidator description =
            OpenApiInteractionValidator.createFor(Operations.DESCRIPTION).build();
    private final Operations operations;

    Judge(Operations operations) {
        this.operations = operations;
    }

    /** The violations of a response; empty if there is none. */
    List<String> faults(Request request, Answer answer) {
        List<String> faults = new ArrayList<>();
        int status = answer.status();
        if (request.isNotHttp && OF_THE_SERVER.contains(status) && answer.body().isEmpty()) {
            return faults;
        }
        Optional<Operation> operation = operations.at(request.method, request.target);
        if (status >= 500 && status != 503) {
            faults.add("a fault of the service");
        }
        // White space at the end of a target is not part of it: what is left may be a page's.
        boolean isPage = status == 200
                && (answer.header("Content-Type").startsWith("text/html")
                        // The framework tells the type of a page to GET only.
                        || (request.method.equals("HEAD")
                                && request.target.strip().equals("/")));
        if (!isPage && !isDocumented(operation, request.method, status)) {
            faults.add("not a documented status");
        }
        if (!answer.header("X-Content-Type-Options").equals("nosniff")) {
            faults.add("without nosniff");
        }
        if (answer.header("Date").isEmpty()) {
            faults.add("without a date");
        }
        if (!answer.header("Request-Id").matches("[0-9a-f]{32}")) {
            faults.add("without an id of the request");
        }
        if (status >= 400) {
            addFaultsOfProblem(request, answer, faults);
        }
        operation
                .filter(selected -> selected.method().equals(request.method))
                .filter(selected -> selected.statuses().contains(status))
                .filter(selected -> !request.method.equals("HEAD") && !answer.isStream())
                .ifPresent(selected -> faults.addAll(faultsOfSchema(selected, answer)));
        return faults;
    }

    private static boolean isDocumented(Optional<Operation> operation, String method, int status) {
        if (operation.isEmpty()) {
            // There is no such path, or not with this method.
            return BEFORE_ROUTING.contains(status) || status == 404 || (status == 204 && method.equals("OPTIONS"));
        }
        return operation.get().statuses().contains(status) || (BEFORE_ROUTING.contains(status) && status != 405);
    }

    private static void addFaultsOfProblem(Request request, Answer answer, List<String> faults) {
        if (!answer.header("Content-Type").startsWith("application/problem+json")) {
            faults.add("an error that is no problem");
        }
        if (request.method.equals("HEAD")) {
            return;
        }
        try {
            JsonNode problem = JSON.readTree(answer.body());
            boolean isWhole = problem.path("type").asText().startsWith("/problems/")
                    && problem.path("title").isTextual()
                    && problem.path("detail").isTextual()
                    && problem.path("status").asInt() == answer.status()
                    && problem.path("instance").asText().equals("/requests/" + answer.header("Request-Id"))
                    && RETRIES.contains(problem.path("retry").asText());
            if (!isWhole) {
                faults.add("a problem without its members");
            }
        } catch (JsonProcessingException unreadable) {
            faults.add("an error that is not JSON");
        }
    }

    private List<String> faultsOfSchema(Operation operation, Answer answer) {
        SimpleResponse.Builder response = SimpleResponse.Builder.status(answer.status());
        if (!answer.body().isEmpty()) {
            response.withContentType(answer.header("Content-Type")).withBody(answer.body());
        }
        return description
                .validateResponse(
                        // The values of the variables do not matter to a response.
                        operation.path().replaceAll("\\{[^}]*}", "x"),
                        Method.valueOf(operation.method()),
                        response.build())
                .getMessages()
                .stream()
                .filter(message -> message.getLevel() == ValidationReport.Level.ERROR)
                .map(ValidationReport.Message::getMessage)
                .toList();
    }
}
