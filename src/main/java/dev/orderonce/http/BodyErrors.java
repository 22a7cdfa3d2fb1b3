package dev.orderonce.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderonce.config.Spelling;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds everything that is wrong with a body that the JSON library could not read, which reports the first error only.
 * The invalid member is taken out of the body, which is read again, until it can be read.
 */
final class BodyErrors {
    /** A client that has more has another problem; each costs reading the body once more. */
    private static final int MOST = 20;

    private static final String UNCHANGED = " The request stored nothing; the order number stays usable.";

    /** What the library adds for a developer who reads its stack traces. */
    private static final Pattern DETAILS = Pattern.compile(" \\((?:code [0-9]+\\)|start marker[^\\]]*]\\))");

    private final ObjectMapper mapper;
    private final JavaType type;
    private final List<Violation> violations = new ArrayList<>();

    BodyErrors(ObjectMapper mapper, JavaType type) {
        this.mapper = mapper;
        this.type = type;
    }

    /** Returns the problem of a body that could not be read. */
    Problem of(InputStream body) throws IOException {
        JsonNode tree;
        try {
            tree = mapper.readTree(body);
        } catch (StreamReadException broken) {
            return unreadable(where(broken.getLocation()) + sentence(broken.getOriginalMessage()));
        } catch (JacksonException trailing) {
            return unreadable("The body continues after the end of its JSON value.");
        }
        if (!tree.isObject()) {
            return unreadable(tree.isMissingNode() ? "The body is empty." : "The body must be a JSON object.");
        }
        return read(tree) ? Problem.ofBody(List.copyOf(violations)) : Problem.of(ProblemType.BODY_UNREADABLE);
    }

    private static Problem unreadable(String detail) {
        return Problem.of(ProblemType.BODY_UNREADABLE, detail + UNCHANGED);
    }

    private static String where(@Nullable JsonLocation location) {
        return location == null || location.getLineNr() < 1
                ? ""
                : "Line %d, column %d: ".formatted(location.getLineNr(), location.getColumnNr());
    }

    private static String sentence(@Nullable String message) {
        String text =
                DETAILS.matcher(Objects.requireNonNullElse(message, "not JSON")).replaceAll("");
        return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1) + '.';
    }

    /** Collects the violations; returns false if the body cannot be read for another reason. */
    private boolean read(JsonNode tree) {
        while (violations.size() < MOST) {
            try {
                Object body = mapper.readerFor(type).readValue(tree);
                if (body instanceof CheckedBody checked) {
                    checked.violations().stream().filter(this::isNew).forEach(violations::add);
                }
                break;
            } catch (JsonMappingException failure) {
                JsonPointer at = pointer(failure);
                if (at.matches()) {
                    return false; // it concerns no member
                }
                violations.add(new Violation(at.toString(), whatIsWrong(failure)));
                if (!takeOut(tree, at)) {
                    break;
                }
            } catch (IOException other) {
                return false;
            }
        }
        return !violations.isEmpty();
    }

    /** Whether nothing is known yet of the member, of one that it is in, or of one in it. */
    private boolean isNew(Violation found) {
        return violations.stream()
                .noneMatch(known -> isWithin(found.field(), known.field()) || isWithin(known.field(), found.field()));
    }

    private static boolean isWithin(String field, String outer) {
        return field.equals(outer) || field.startsWith(outer + '/');
    }

    private static boolean takeOut(JsonNode tree, JsonPointer at) {
        return switch (tree.at(at.head())) {
            case ObjectNode parent -> parent.remove(at.last().getMatchingProperty()) != null;
            case ArrayNode parent -> {
                int index = at.last().getMatchingIndex();
                boolean isThere = parent.hasNonNull(index);
                if (isThere) {
                    parent.setNull(index);
                }
                yield isThere;
            }
            default -> false;
        };
    }

    private static String whatIsWrong(JsonMappingException failure) {
        return switch (failure) {
            case UnrecognizedPropertyException unknown -> "is not a known member" + suggestion(unknown);
            case MismatchedInputException mismatch
            when mismatch.getTargetType() != null -> "must be " + typeName(mismatch.getTargetType());
            default -> "cannot be parsed";
        };
    }

    private static String suggestion(UnrecognizedPropertyException unknown) {
        @Nullable Collection<Object> known = unknown.getKnownPropertyIds();
        return known == null
                ? ""
                : Spelling.nearest(
                                unknown.getPropertyName(),
                                known.stream().map(String::valueOf).toList())
                        .map("; did you mean %s?"::formatted)
                        .orElse("");
    }

    private static String typeName(Class<?> type) {
        if (type == long.class || type == Long.class || type == int.class || type == Integer.class) {
            return "a whole number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a string";
        }
        return Collection.class.isAssignableFrom(type) ? "an array" : "an object";
    }

    private static JsonPointer pointer(JsonMappingException failure) {
        JsonPointer path = JsonPointer.empty();
        for (Reference step : failure.getPath()) {
            path = step.getFieldName() == null
                    ? path.appendIndex(step.getIndex())
                    : path.appendProperty(step.getFieldName());
        }
        return path;
    }
}
