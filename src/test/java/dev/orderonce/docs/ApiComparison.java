package dev.orderonce.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares an API description with a released one, and reports what may not change within a version: the section
 * Versions of {@code integration.md}.
 *
 * <p>A request may be restricted less than before, never more; a response may promise more than before, never less.
 */
final class ApiComparison {
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");
    private static final List<String> LOWER_BOUNDS = List.of("minimum", "minLength", "minItems", "minProperties");
    private static final List<String> UPPER_BOUNDS = List.of("maximum", "maxLength", "maxItems", "maxProperties");

    /** Restrictions without an order: another value is a restriction too. */
    private static final List<String> RESTRICTIONS =
            List.of("type", "format", "pattern", "multipleOf", "uniqueItems", "exclusiveMinimum", "exclusiveMaximum");

    /** As {@code ApiDescription} writes each type of problem into the description of a response. */
    private static final Pattern PROBLEM = Pattern.compile("`(/problems/[a-z-]+)` \\(retry: ([a-z-]+)\\)");

    private enum Direction {
        REQUEST,
        RESPONSE
    }

    private final JsonNode released;
    private final JsonNode current;
    private final Set<String> findings = new LinkedHashSet<>();

    /** Pairs of schemas whose comparison has begun and not ended: a schema can contain itself. */
    private final Set<String> begun = new HashSet<>();

    private ApiComparison(JsonNode released, JsonNode current) {
        this.released = released;
        this.current = current;
    }

    /** The forbidden changes from one description to the other. */
    static List<String> forbidden(JsonNode released, JsonNode current) {
        ApiComparison comparison = new ApiComparison(released, current);
        comparison.compareOperations();
        comparison.compareProblems();
        comparison.compareNames();
        return List.copyOf(comparison.findings);
    }

    private void report(String where, String what) {
        findings.add(where + ": " + what);
    }

    private void compareOperations() {
        Map<String, JsonNode> now = operations(current);
        operations(released).forEach((name, before) -> {
            JsonNode after = now.get(name);
            if (after == null) {
                report(name, "removed");
            } else {
                compareOperation(name, before, after);
            }
        });
    }

    private static Map<String, JsonNode> operations(JsonNode api) {
        Map<String, JsonNode> operations = new LinkedHashMap<>();
        api.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .forEach(entry -> operations.put(
                                entry.getKey().toUpperCase(Locale.ROOT) + ' ' + path.getKey(), entry.getValue())));
        return operations;
    }

    private void compareOperation(String name, JsonNode before, JsonNode after) {
        if (!before.path("operationId").equals(after.path("operationId"))) {
            report(name, "operationId changed");
        }
        if (!before.path("tags").equals(after.path("tags"))) {
            report(name, "tags changed");
        }
        if (!security(released, before).equals(security(current, after))) {
            report(name, "security changed");
        }
        compareParameters(name, before, after);
        compareBodies(name, before.path("requestBody"), after.path("requestBody"));
        compareResponses(name, before.path("responses"), after.path("responses"));
    }

    /** The alternatives: those of the operation, or else those of the description. */
    private static Set<JsonNode> security(JsonNode api, JsonNode operation) {
        JsonNode requirements = (operation.has("security") ? operation : api).path("security");
        return requirements.valueStream().collect(Collectors.toSet());
    }

    private void compareParameters(String name, JsonNode before, JsonNode after) {
        Map<String, JsonNode> had = parameters(released, before);
        Map<String, JsonNode> has = parameters(current, after);
        had.forEach((parameter, was) -> {
            JsonNode is = has.get(parameter);
            if (is == null) {
                report(name, parameter + " removed");
            } else {
                compare(name + ' ' + parameter, was.path("schema"), is.path("schema"), Direction.REQUEST);
            }
        });
        has.forEach((parameter, is) -> {
            JsonNode was = had.get(parameter);
            if (is.path("required").asBoolean()
                    && (was == null || !was.path("required").asBoolean())) {
                report(name, parameter + " is required");
            }
        });
    }

    private static Map<String, JsonNode> parameters(JsonNode api, JsonNode operation) {
        return operation
                .path("parameters")
                .valueStream()
                .map(parameter -> resolve(api, parameter))
                .collect(Collectors.toMap(
                        parameter -> parameter.path("in").asText() + " parameter "
                                + parameter.path("name").asText(),
                        parameter -> parameter,
                        (first, _) -> first,
                        TreeMap::new));
    }

    private void compareBodies(String name, JsonNode before, JsonNode after) {
        JsonNode was = resolve(released, before);
        JsonNode is = resolve(current, after);
        if (is.path("required").asBoolean() && !was.path("required").asBoolean()) {
            report(name, "body is required");
        }
        compareContents(name + " request", was, is, Direction.REQUEST);
    }

    private void compareResponses(String name, JsonNode before, JsonNode after) {
        before.properties().forEach(entry -> {
            String where = name + ' ' + entry.getKey();
            if (!after.has(entry.getKey())) {
                report(where, "removed");
                return;
            }
            JsonNode was = resolve(released, entry.getValue());
            JsonNode is = resolve(current, after.path(entry.getKey()));
            was.path("headers").properties().forEach(header -> {
                JsonNode now = resolve(current, is.path("headers").path(header.getKey()));
                if (now.isMissingNode()) {
                    report(where, "header " + header.getKey() + " removed");
                } else {
                    compare(
                            where + " header " + header.getKey(),
                            resolve(released, header.getValue()).path("schema"),
                            now.path("schema"),
                            Direction.RESPONSE);
                }
            });
            compareContents(where, was, is, Direction.RESPONSE);
        });
    }

    private void compareContents(String where, JsonNode before, JsonNode after, Direction direction) {
        before.path("content").properties().forEach(media -> {
            JsonNode now = after.path("content").path(media.getKey());
            if (now.isMissingNode()) {
                report(where, media.getKey() + " removed");
            } else {
                compare(where, media.getValue().path("schema"), now.path("schema"), direction);
            }
        });
    }

    private void compare(String where, JsonNode before, JsonNode after, Direction direction) {
        String pair = direction + " " + before + ' ' + after;
        if (begun.add(pair)) {
            compareSchemas(where, before, after, direction);
            begun.remove(pair);
        }
    }

    private void compareSchemas(String where, JsonNode before, JsonNode after, Direction direction) {
        ObjectNode was = flatten(released, before);
        ObjectNode is = flatten(current, after);
        if (was.has("mapping") && is.has("mapping")) {
            compareUnions(where, was, is, direction);
        }
        RESTRICTIONS.forEach(keyword -> compareRestriction(where, keyword, was, is, direction, (a, b) -> true));
        LOWER_BOUNDS.forEach(keyword ->
                compareRestriction(where, keyword, was, is, direction, (a, b) -> a.asDouble() > b.asDouble()));
        UPPER_BOUNDS.forEach(keyword ->
                compareRestriction(where, keyword, was, is, direction, (a, b) -> a.asDouble() < b.asDouble()));
        compareNull(where, was, is, direction);
        compareEnumeration(where, was, is, direction);
        compareMembers(where, was, is, direction);
        if (was.has("items") || is.has("items")) {
            compare(where + "[]", was.path("items"), is.path("items"), direction);
        }
        if (direction == Direction.REQUEST && !was.path("default").equals(is.path("default"))) {
            report(where, "default changed");
        }
    }

    /** The alternatives of two unions, by the value that selects them. */
    private void compareUnions(String where, ObjectNode before, ObjectNode after, Direction direction) {
        before.path("mapping").properties().forEach(entry -> {
            String at = where + '<' + entry.getKey() + '>';
            JsonNode now = after.path("mapping").path(entry.getKey());
            if (now.isMissingNode()) {
                report(at, "removed");
            } else {
                compare(at, alternative(released, entry.getValue()), alternative(current, now), direction);
            }
        });
    }

    /** One alternative, for any of the values that select it. */
    private static JsonNode alternative(JsonNode api, JsonNode reference) {
        ObjectNode schema = flatten(api, JsonNodeFactory.instance.objectNode().set("$ref", reference));
        schema.withObjectProperty("properties").remove("type");
        return schema;
    }

    /**
     * Compares a restriction of values.
     *
     * @param stricter whether a value is stricter than another one; any is if they have no order
     */
    private void compareRestriction(
            String where,
            String keyword,
            ObjectNode before,
            ObjectNode after,
            Direction direction,
            BiPredicate<JsonNode, JsonNode> stricter) {
        JsonNode was = before.path(keyword);
        JsonNode is = after.path(keyword);
        if (was.equals(is)) {
            return;
        }
        boolean isStricter = was.isMissingNode() || (!is.isMissingNode() && stricter.test(is, was));
        boolean isLooser = is.isMissingNode() || (!was.isMissingNode() && stricter.test(was, is));
        if (direction == Direction.REQUEST ? isStricter : isLooser) {
            report(where, keyword + " changed");
        }
    }

    private void compareNull(String where, ObjectNode before, ObjectNode after, Direction direction) {
        boolean was = before.path("nullable").asBoolean();
        boolean is = after.path("nullable").asBoolean();
        if (was != is && is == (direction == Direction.RESPONSE)) {
            report(where, is ? "can be null" : "cannot be null");
        }
    }

    private void compareEnumeration(String where, ObjectNode before, ObjectNode after, Direction direction) {
        Set<String> was = texts(before.path("enum"));
        Set<String> is = texts(after.path("enum"));
        if (!was.isEmpty() && is.isEmpty() && direction == Direction.RESPONSE) {
            report(where, "enum changed");
        } else if (!is.isEmpty()) {
            was.stream().filter(value -> !is.contains(value)).forEach(value -> report(where, value + " removed"));
            if (was.isEmpty() && direction == Direction.REQUEST) {
                report(where, "enum changed");
            }
        }
    }

    private void compareMembers(String where, ObjectNode before, ObjectNode after, Direction direction) {
        before.path("properties").properties().forEach(member -> {
            String at = where + '.' + member.getKey();
            JsonNode now = after.path("properties").path(member.getKey());
            if (now.isMissingNode()) {
                report(at, "removed");
            } else {
                compare(at, member.getValue(), now, direction);
            }
        });
        Set<String> was = texts(before.path("required"));
        Set<String> is = texts(after.path("required"));
        if (direction == Direction.REQUEST) {
            is.stream()
                    .filter(member -> !was.contains(member))
                    .forEach(member -> report(where + '.' + member, "is required"));
        } else {
            was.stream()
                    .filter(member -> !is.contains(member))
                    .forEach(member -> report(where + '.' + member, "is not required"));
        }
        JsonNode others = before.path("additionalProperties");
        JsonNode now = after.path("additionalProperties");
        if (direction == Direction.REQUEST && isFalse(now) && !isFalse(others)) {
            report(where, "unknown members are refused");
        }
        if ((others.isObject() || now.isObject()) && !isFalse(others) && !isFalse(now)) {
            compare(where + ".*", others, now, direction);
        }
    }

    private static boolean isFalse(JsonNode node) {
        return node.isBoolean() && !node.asBoolean();
    }

    private static Set<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * The schema itself in place of references, with the members of its parts, and what its alternatives have in
     * common.
     */
    private static ObjectNode flatten(JsonNode api, JsonNode schema) {
        JsonNode resolved = resolve(api, schema);
        ObjectNode flat = resolved.isObject() ? resolved.deepCopy() : JsonNodeFactory.instance.objectNode();
        JsonNode parts = flat.remove("allOf");
        if (parts != null) {
            parts.forEach(part -> addPart(flat, flatten(api, part)));
        }
        JsonNode discriminator = flat.remove("discriminator");
        if (discriminator != null) {
            flat.set("mapping", discriminator.path("mapping"));
        }
        List<ObjectNode> alternatives = Stream.of("oneOf", "anyOf")
                .map(flat::remove)
                .filter(Objects::nonNull)
                .flatMap(JsonNode::valueStream)
                .map(alternative -> flatten(api, alternative))
                .toList();
        if (!alternatives.isEmpty()) {
            addPart(flat, common(alternatives));
        }
        return flat;
    }

    private static void addPart(ObjectNode schema, ObjectNode part) {
        part.properties().forEach(entry -> {
            switch (entry.getKey()) {
                case "properties" -> schema.withObjectProperty("properties").setAll((ObjectNode) entry.getValue());
                case "required" -> schema.withArrayProperty("required").addAll((ArrayNode) entry.getValue());
                default -> {
                    if (!schema.has(entry.getKey())) {
                        schema.set(entry.getKey(), entry.getValue());
                    }
                }
            }
        });
    }

    /** A schema that every value of any of the alternatives satisfies, with the members of all. */
    private static ObjectNode common(List<ObjectNode> alternatives) {
        ObjectNode common = JsonNodeFactory.instance.objectNode();
        alternatives.getFirst().properties().stream()
                .filter(entry ->
                        alternatives.stream().allMatch(other -> entry.getValue().equals(other.get(entry.getKey()))))
                .forEach(entry -> common.set(entry.getKey(), entry.getValue()));
        Map<String, Set<JsonNode>> members = new LinkedHashMap<>();
        alternatives.forEach(alternative -> alternative
                .path("properties")
                .properties()
                .forEach(member -> members.computeIfAbsent(member.getKey(), name -> new LinkedHashSet<>())
                        .add(member.getValue())));
        members.forEach((name, schemas) -> {
            ObjectNode either = JsonNodeFactory.instance.objectNode();
            either.withArrayProperty("oneOf").addAll(schemas);
            common.withObjectProperty("properties")
                    .set(name, schemas.size() == 1 ? schemas.iterator().next() : either);
        });
        Set<String> required = texts(alternatives.getFirst().path("required"));
        alternatives.forEach(alternative -> required.retainAll(texts(alternative.path("required"))));
        common.remove("required");
        required.forEach(common.withArrayProperty("required")::add);
        if (alternatives.stream().allMatch(alternative -> alternative.has("enum"))) {
            common.remove("enum");
            alternatives.stream()
                    .flatMap(alternative -> alternative.path("enum").valueStream())
                    .distinct()
                    .forEach(common.withArrayProperty("enum")::add);
        }
        return common;
    }

    private static JsonNode resolve(JsonNode api, JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isTextual() ? resolve(api, api.at(reference.asText().substring(1))) : node;
    }

    /** A type stays, and has the same status and advice in every operation. */
    private void compareProblems() {
        Map<String, Set<String>> before = problems(released);
        Map<String, Set<String>> after = problems(current);
        before.forEach((type, was) -> {
            Set<String> is = after.getOrDefault(type, Set.of());
            if (is.isEmpty()) {
                report(type, "removed");
            } else if (!is.equals(was)) {
                report(type, "status or retry changed: " + was + " to " + is);
            }
        });
    }

    /** The status and advice of each type in all operations: one of each, unless the description is wrong. */
    private static Map<String, Set<String>> problems(JsonNode api) {
        Map<String, Set<String>> problems = new TreeMap<>();
        operations(api)
                .values()
                .forEach(operation -> operation
                        .path("responses")
                        .properties()
                        .forEach(response -> PROBLEM.matcher(resolve(api, response.getValue())
                                        .path("description")
                                        .asText())
                                .results()
                                .forEach(type -> problems.computeIfAbsent(type.group(1), name -> new TreeSet<>())
                                        .add(response.getKey() + ' ' + type.group(2)))));
        return problems;
    }

    /** Generated clients have classes of these names. */
    private void compareNames() {
        JsonNode now = current.at("/components/schemas");
        List<String> missing = new ArrayList<>();
        released.at("/components/schemas").fieldNames().forEachRemaining(missing::add);
        missing.removeIf(now::has);
        missing.forEach(name -> report("schema " + name, "removed"));
    }
}
