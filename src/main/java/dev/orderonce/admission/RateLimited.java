package dev.orderonce.admission;

import dev.orderonce.http.Problem;
import dev.orderonce.http.ProblemType;
import java.time.Duration;

/**
 * A request that exceeds one of the buyer's limits.
 *
 * @param retryAfter when one more request fits
 */
public record RateLimited(Bucket bucket, Duration retryAfter) implements Admission.Check, Registration {
    /** The refusal, with {@code Retry-After} and the headers of draft-ietf-httpapi-ratelimit-headers-10. */
    public Problem toProblem() {
        String label = bucket.limit().label();
        return Problem.of(ProblemType.LIMIT_REACHED)
                .with("limit", label)
                .after(retryAfter)
                .header(
                        "RateLimit-Policy",
                        "\"%s\";q=%d;w=%d".formatted(label, bucket.rate(), Problem.wholeSeconds(bucket.window())))
                .header("RateLimit", "\"%s\";r=0;t=%d".formatted(label, Problem.wholeSeconds(retryAfter)));
    }
}
