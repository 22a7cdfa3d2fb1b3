package dev.orderonce.idempotency;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a record.
 *
 * @param scope what the record is about: 1 to 64 lower-case letters, digits and hyphens, beginning with a letter
 * @param key which one of them: 1 to 255 letters, digits and {@code . _ ~ : @ -}, which need no encoding in a URL; not
 *     {@code .} or {@code ..}, which URLs normalize away
 */
public record RecordName(String scope, String key) {
    private static final Pattern SCOPE = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Pattern KEY = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._~:@-]{1,255}");

    static final String RULES =
            "A scope is 1 to 64 lower-case letters, digits and hyphens, beginning with a letter; a key is 1 to 255 letters, "
                    + "digits and . _ ~ : @ - (but not . or .. alone)";

    public RecordName {
        if (!SCOPE.matcher(scope).matches() || !KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(RULES);
        }
    }

    static Optional<RecordName> read(String scope, String key) {
        return SCOPE.matcher(scope).matches() && KEY.matcher(key).matches()
                ? Optional.of(new RecordName(scope, key))
                : Optional.empty();
    }

    /** The Redis key of its marker. */
    String marker() {
        return "once:r:{" + scope + '/' + key + '}';
    }
}
