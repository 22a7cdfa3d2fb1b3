package dev.orderonce.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A refusal of the service (RFC 9457).
 *
 * @param status the HTTP status
 * @param retry what to do now
 * @param retryAfter when to repeat the request, if the service says so
 * @param members all members of the problem, as {@link Json#read} returns them
 */
public record Problem(int status, Retry retry, Optional<Duration> retryAfter, Map<String, Object> members) {
    private static final String PROBLEMS = "/problems/";

    /** Returns the name of the problem's type: {@code order-differs} for {@code /problems/order-differs}. */
    public String name() {
        // A gateway may have made the type an absolute address.
        String type = text("type").orElse("");
        return type.substring(type.lastIndexOf(PROBLEMS) < 0 ? 0 : type.lastIndexOf(PROBLEMS) + PROBLEMS.length());
    }

    /** Returns the title, a sentence for people. */
    public String title() {
        return text("title").orElseGet(this::name);
    }

    /** Returns what was wrong with this request, a text for people. */
    public Optional<String> detail() {
        return text("detail");
    }

    /** Returns the number of the order that the problem links to. */
    public Optional<String> order() {
        return text("order").map(path -> path.substring(path.lastIndexOf('/') + 1));
    }

    /**
     * Returns the acknowledgement that the service asks for before it accepts this order: of a large amount, or of a
     * second order with the same content. A person has to agree first.
     *
     * @param draft what was submitted
     * @return the draft with the acknowledgement, to be placed under the same number or key; empty if the service asks
     *     for none
     */
    public Optional<Map<String, Object>> acknowledged(Map<String, ?> draft) {
        if (retry != Retry.AFTER_CHANGE) {
            return Optional.empty();
        }
        Map<String, Object> acknowledgement = new LinkedHashMap<>();
        if (name().equals("lookalike") && members.get("earlier") instanceof String earlier) {
            acknowledgement.put("kind", "SECOND_ORDER");
            acknowledgement.put("earlier", earlier);
        } else if (name().equals("large-amount") && draft.get("total") instanceof Number total) {
            acknowledgement.put("kind", "LARGE_AMOUNT");
            acknowledgement.put("total", total);
        } else {
            return Optional.empty();
        }
        Map<String, Object> acknowledged = new LinkedHashMap<>(draft);
        acknowledged.merge("acknowledgements", List.of(acknowledgement), Problem::concatenated);
        return Optional.of(acknowledged);
    }

    private static Object concatenated(Object given, Object more) {
        List<Object> all = new ArrayList<>();
        if (given instanceof Iterable<?> some) {
            some.forEach(all::add);
        }
        if (more instanceof Iterable<?> some) {
            some.forEach(all::add);
        }
        return all;
    }

    /** The earlier order has no state yet: it is being placed, and a repeat finds out what became of it. */
    boolean isLookalikeInProgress() {
        return retryAfter.isPresent() && name().equals("lookalike") && !members.containsKey("state");
    }

    private Optional<String> text(String member) {
        return members.get(member) instanceof String text ? Optional.of(text) : Optional.empty();
    }
}
