package dev.orderonce.http;

import jakarta.ws.rs.core.HttpHeaders;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * The responses of refusals in the API description. What several operations share, each example and each header, is
 * written once: pages that show the description read it in full for each operation.
 */
final class RefusalResponses {
    /** The headers by name: what they say. */
    private static final Map<String, String> HEADERS = Map.of(
            HttpHeaders.RETRY_AFTER,
            "When to repeat the request, in seconds",
            HttpHeaders.WWW_AUTHENTICATE,
            "The scheme of authentication",
            HttpHeaders.ETAG,
            "The current version of the order",
            Headers.RATE_LIMIT_POLICY,
            "The limits that apply to the request, as draft-ietf-httpapi-ratelimit-headers-10 defines: `q` requests in "
                    + "`w` seconds, or at the same time.",
            Headers.RATE_LIMIT,
            "What is left of them, as far as this replica knows: `r` more requests now, one more after `t` seconds.");

    private final Components components;
    private final List<Refused> refused = new ArrayList<>();

    /** The responses of an operation. */
    private record Refused(Operation operation, boolean isHead, Map<Integer, List<ProblemType>> byStatus) {}

    RefusalResponses(Components components) {
        this.components = components;
    }

    /** Registers how an operation can be refused; no response to HEAD has a body. */
    void add(Operation operation, boolean isHead, Collection<ProblemType> types) {
        Map<Integer, List<ProblemType>> byStatus = types.stream()
                .distinct()
                .sorted()
                .collect(Collectors.groupingBy(ProblemType::status, TreeMap::new, Collectors.toList()));
        refused.add(new Refused(operation, isHead, byStatus));
    }

    /** Describes the responses of all operations. */
    void describe() {
        Map<List<ProblemType>, Long> uses = refused.stream()
                .filter(of -> !of.isHead())
                .flatMap(of -> of.byStatus().values().stream())
                .collect(Collectors.groupingBy(types -> types, Collectors.counting()));
        for (Refused of : refused) {
            of.byStatus()
                    .forEach((status, types) -> of.operation()
                            .getResponses()
                            .addAPIResponse(
                                    Integer.toString(status),
                                    of.isHead() || uses.getOrDefault(types, 0L) < 2 ? response(types) : shared(types)));
        }
    }

    /** A reference to the response that operations share. */
    private APIResponse shared(List<ProblemType> types) {
        String name = types.stream().map(RefusalResponses::name).collect(Collectors.joining("Or"));
        components.addResponse(name, response(types));
        return OASFactory.createAPIResponse().ref("#/components/responses/" + name);
    }

    /** As in {@code NotSignedIn}. */
    private static String name(ProblemType type) {
        return Arrays.stream(type.slug().split("-"))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    private APIResponse response(List<ProblemType> types) {
        String description = types.stream()
                .map(type -> "`%s` (retry: %s): %s"
                        .formatted(type.uri(), type.retry().text(), type.title()))
                .collect(Collectors.joining("\n\n"));
        MediaType media = OASFactory.createMediaType()
                .schema(OASFactory.createSchema().ref("#/components/schemas/" + ProblemSchemas.UNION));
        APIResponse response = OASFactory.createAPIResponse()
                .description(description)
                .content(OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, media));
        for (ProblemType type : types) {
            ProblemExample example = ProblemExample.of(type);
            components.addExample(
                    type.slug(),
                    OASFactory.createExample()
                            .summary(type.title())
                            .value(example.body(type).getMap()));
            media.addExample(type.slug(), OASFactory.createExample().ref("#/components/examples/" + type.slug()));
            example.headers().forEach((name, value) -> {
                components.addHeader(name, header(name, value));
                response.addHeader(name, OASFactory.createHeader().ref("#/components/headers/" + name));
            });
        }
        return response;
    }

    private static Header header(String name, String example) {
        String description = HEADERS.get(name);
        if (description == null) {
            throw new IllegalStateException("the header " + name + " has no description");
        }
        return OASFactory.createHeader()
                .description(description)
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING))
                .example(example);
    }
}
