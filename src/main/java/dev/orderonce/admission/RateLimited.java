package dev.orderonce.admission;

import dev.orderonce.http.Problem;
import java.time.Duration;

/**
 * A request that exceeds one of the buyer's limits.
 *
 * @param retryAfter when one more request fits
 */
public record RateLimited(Bucket bucket, Duration retryAfter) implements Admission.Check, Registration {
    /** The refusal, with {@code Retry-After} and what is left of the limit: nothing. */
    public Problem toProblem() {
        return Problem.ofLimit(bucket.policy(), retryAfter);
    }
}
