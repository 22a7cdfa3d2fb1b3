package dev.orderonce.idempotency;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Subject;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Claims a name before its work is done: one claim is live at a time, and a crashed worker's lease ends. */
@ApplicationScoped
public class ClaimName {
    /** In seconds. Work that takes longer renews its claim; a crashed worker's work waits this long. */
    static final int LONGEST_LEASE = 3600;

    /** In seconds. */
    static final int DEFAULT_LEASE = 60;

    /** In characters: a digest in hexadecimal digits has 64 or 128. */
    static final int LONGEST_REQUEST = 128;

    /** A UUID has 36 characters, with hyphens. */
    static final String CLAIM = "^[A-Za-z0-9_-]{" + OnceClaim.SHORTEST_ID + "," + OnceClaim.LONGEST_ID + "}$";

    static final String CLAIM_RULE = "must be " + OnceClaim.SHORTEST_ID + " to " + OnceClaim.LONGEST_ID
            + " letters, digits, hyphens and underscores";

    static final String REQUEST = "^[!-~]{1," + LONGEST_REQUEST + "}$";

    private static final Pattern CLAIM_PATTERN = Pattern.compile(CLAIM);
    private static final Pattern REQUEST_PATTERN = Pattern.compile(REQUEST);

    /** In bytes: no two claims of a name are the same, and none can be guessed. */
    private static final int ID_LENGTH = 16;

    /**
     * Each attempt fails because the name has become free after the statement before. More than a few in a row are a
     * client that claims and gives up in a loop.
     */
    private static final int MAX_ATTEMPTS = 3;

    private final RecordStore store;
    private final SecureRandom random = new SecureRandom();

    ClaimName(RecordStore store) {
        this.store = store;
    }

    /** The results of claiming, in the order of the checks. */
    public sealed interface Claiming extends Outcome {
        /** The name cannot be used. */
        record BadParameter(String why) implements Claiming {}

        /** The lease, the fingerprint or the claim's id cannot be used. */
        record Invalid(List<Violation> violations) implements Claiming {}

        /** The name has a record of the simple form. */
        record RecordExists() implements Claiming {}

        /** The name was claimed for another request. */
        record RequestDiffers() implements Claiming {}

        /** Another claim is live. */
        record Held(OnceClaim.Phase.Held lease) implements Claiming {}

        /** The work was done before. */
        record Done(RecordName name, OnceClaim.Result result) implements Claiming {}

        /** The claim is live, by this request or by an earlier one. */
        record Granted(RecordName name, String claim, Instant expiresAt) implements Claiming {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Invalid _ -> "invalid";
                case RecordExists _ -> "record-exists";
                case RequestDiffers _ -> "request-differs";
                case Held _ -> "held";
                case Done _ -> "done";
                case Granted _ -> "granted";
            };
        }
    }

    /**
     * Claims the name.
     *
     * @param lease in seconds, 1 to {@value #LONGEST_LEASE}; {@value #DEFAULT_LEASE} if it is null
     * @param request the fingerprint of the work's request; null: it is not compared
     * @param claim the id that the client has made, the same in a repeat; null: the service makes one
     */
    public Uni<Claiming> claim(
            Subject by,
            String scope,
            String key,
            @Nullable Long lease,
            @Nullable String request,
            @Nullable String claim) {
        Optional<RecordName> name = RecordName.read(scope, key);
        if (name.isEmpty()) {
            return item(new Claiming.BadParameter(RecordName.RULES + "."));
        }
        List<Violation> violations = violations(lease, request, claim);
        return violations.isEmpty()
                ? new Request(
                                name.get(),
                                by,
                                claim == null ? newId() : claim,
                                Optional.ofNullable(request),
                                lease(lease))
                        .attempt(MAX_ATTEMPTS)
                : item(new Claiming.Invalid(violations));
    }

    /** What is wrong with the members of a claim. */
    static List<Violation> violations(@Nullable Long lease, @Nullable String request, @Nullable String claim) {
        List<Violation> violations = new ArrayList<>(leaseViolations(lease));
        if (request != null && !REQUEST_PATTERN.matcher(request).matches()) {
            violations.add(new Violation("/request", "must be 1 to " + LONGEST_REQUEST + " visible ASCII characters"));
        }
        if (claim != null && !isClaim(claim)) {
            violations.add(new Violation("/claim", CLAIM_RULE));
        }
        return List.copyOf(violations);
    }

    static boolean isClaim(String text) {
        return CLAIM_PATTERN.matcher(text).matches();
    }

    static List<Violation> leaseViolations(@Nullable Long lease) {
        return lease == null || (lease >= 1 && lease <= LONGEST_LEASE)
                ? List.of()
                : List.of(new Violation("/ttl", "must be a number of seconds from 1 to " + LONGEST_LEASE));
    }

    static Duration lease(@Nullable Long lease) {
        return Duration.ofSeconds(lease == null ? DEFAULT_LEASE : lease);
    }

    private String newId() {
        byte[] id = new byte[ID_LENGTH];
        random.nextBytes(id);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }

    /** One request for a claim. */
    private final class Request {
        private final RecordName name;
        private final Subject by;
        private final String claim;
        private final Optional<String> request;
        private final Duration lease;

        Request(RecordName name, Subject by, String claim, Optional<String> request, Duration lease) {
            this.name = name;
            this.by = by;
            this.claim = claim;
            this.request = request;
            this.lease = lease;
        }

        Uni<Claiming> attempt(int attemptsLeft) {
            if (attemptsLeft == 0) {
                return Uni.createFrom()
                        .failure(new StoreUnavailable(POSTGRESQL, "a name of /once changes faster than it is read"));
            }
            return store.claim(name, by, claim, request, lease)
                    .chain(granted -> granted.map(until -> item(new Claiming.Granted(name, claim, until)))
                            .orElseGet(() -> explain(attemptsLeft)));
        }

        /** A second statement, because the first does not see what it has refused. */
        private Uni<Claiming> explain(int attemptsLeft) {
            return store.find(name)
                    .chain(found -> found.flatMap(this::refusal)
                            .map(ClaimName::item)
                            .orElseGet(() -> attempt(attemptsLeft - 1)));
        }

        /** Empty if the name can be claimed by now. */
        private Optional<Claiming> refusal(OnceEntry entry) {
            return switch (entry) {
                case OnceRecord _ -> Optional.of(new Claiming.RecordExists());
                case OnceClaim existing when existing.isOfOther(request) -> Optional.of(new Claiming.RequestDiffers());
                case OnceClaim existing ->
                    switch (existing.phase()) {
                        case OnceClaim.Phase.Free _ -> Optional.empty();
                        case OnceClaim.Phase.Held held -> Optional.of(new Claiming.Held(held));
                        case OnceClaim.Phase.Done(OnceClaim.Result result) ->
                            Optional.of(new Claiming.Done(name, result));
                    };
            };
        }
    }

    private static Uni<Claiming> item(Claiming claiming) {
        return Uni.createFrom().item(claiming);
    }
}
