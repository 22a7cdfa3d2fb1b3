package dev.orderonce.client;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the service advises a program to do after a refusal. */
public enum Retry {
    /** Not final: repeat the identical request, after {@link Problem#retryAfter()} if it is present. */
    SAME_REQUEST,
    /** The number or key stays usable, but this exact request never succeeds. */
    AFTER_CHANGE,
    /** Final: no order exists or will exist under the number; issue another one. */
    NEW_NUMBER,
    /** Final: no order exists or will exist under the key; make another one. */
    NEW_KEY,
    /** Final: nothing to repeat; follow {@link Problem#order()} if it is present. */
    NEVER;

    static Optional<Retry> of(Object text) {
        return Stream.of(values())
                .filter(retry ->
                        retry.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text))
                .findFirst();
    }
}
