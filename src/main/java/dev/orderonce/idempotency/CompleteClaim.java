package dev.orderonce.idempotency;

import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/**
 * Stores the result of a claim's work, once. A claim whose lease has ended completes as long as no other claim was
 * granted: the row that has the latest claim refuses every other one.
 */
@ApplicationScoped
public class CompleteClaim {
    private final RecordStore store;

    CompleteClaim(RecordStore store) {
        this.store = store;
    }

    /** The results of completing, in the order of the checks. */
    public sealed interface Completing extends Outcome {
        /** The name cannot be used. */
        record BadParameter(String why) implements Completing {}

        /** The body is not a JSON object that can be returned as it was sent. */
        record Unreadable() implements Completing {}

        /** The claim's id, the result or its time to live is missing or cannot be used. */
        record Invalid(List<Violation> violations) implements Completing {}

        /** The result is too long. */
        record TooLarge() implements Completing {}

        /** Nothing exists under the name. */
        record Absent() implements Completing {}

        /** Another claim was granted, or this one was given up. */
        record Lost() implements Completing {}

        /** The claim has completed with another result. */
        record ResultExists(OnceClaim.Result existing) implements Completing {}

        /** The claim has completed with this result: the request is a repeat. */
        record AlreadyCompleted(RecordName name, OnceClaim.Result existing) implements Completing {}

        /** This request has stored the result. */
        record Completed(RecordName name, OnceClaim.Result result) implements Completing {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Unreadable _ -> "unreadable";
                case Invalid _ -> "invalid";
                case TooLarge _ -> "too-large";
                case Absent _ -> "absent";
                case Lost _ -> "lost";
                case ResultExists _ -> "result-exists";
                case AlreadyCompleted _ -> "already-completed";
                case Completed _ -> "completed";
            };
        }
    }

    /**
     * Stores the result.
     *
     * @param body a JSON object with {@code claim}, {@code result} and optionally {@code ttl}
     */
    public Uni<Completing> complete(String scope, String key, String body) {
        Optional<RecordName> name = RecordName.read(scope, key);
        if (name.isEmpty()) {
            return item(new Completing.BadParameter(RecordName.RULES + "."));
        }
        return switch (Completion.read(body)) {
            case Completion.Reading.Unreadable _ -> item(new Completing.Unreadable());
            case Completion.Reading.Invalid(var violations) -> item(new Completing.Invalid(violations));
            case Completion.Reading.TooLarge _ -> item(new Completing.TooLarge());
            case Completion.Reading.Read(Completion completion) -> complete(name.get(), completion);
        };
    }

    private Uni<Completing> complete(RecordName name, Completion completion) {
        return store.complete(name, completion.claim(), completion.result(), completion.timeToLive())
                .chain(stored -> stored.map(result -> item(new Completing.Completed(name, result)))
                        .orElseGet(() -> store.find(name).map(found -> refusal(found, completion))));
    }

    private static Completing refusal(Optional<OnceEntry> found, Completion completion) {
        return found.map(entry -> refusal(entry, completion)).orElseGet(Completing.Absent::new);
    }

    private static Completing refusal(OnceEntry entry, Completion completion) {
        if (!(entry instanceof OnceClaim claim) || !claim.id().equals(completion.claim())) {
            return new Completing.Lost();
        }
        return switch (claim.phase()) {
            case OnceClaim.Phase.Done(OnceClaim.Result existing) ->
                existing.value().equals(completion.result())
                        ? new Completing.AlreadyCompleted(claim.name(), existing)
                        : new Completing.ResultExists(existing);
            // Given up; or renewed by another request after this one had been refused.
            case OnceClaim.Phase.Free _, OnceClaim.Phase.Held _ -> new Completing.Lost();
        };
    }

    private static Uni<Completing> item(Completing completing) {
        return Uni.createFrom().item(completing);
    }
}
