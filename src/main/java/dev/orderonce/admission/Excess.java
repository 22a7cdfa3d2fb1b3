package dev.orderonce.admission;

import dev.orderonce.http.Problem;
import java.time.Duration;

/**
 * One request more than a limit allows.
 *
 * @param retryAfter when one more fits
 */
public record Excess(Bucket bucket, Duration retryAfter) {
    /**
     * The refusal, with {@code Retry-After} and what is left as
     * draft-ietf-httpapi-ratelimit-headers-10 writes it.
     */
    public Problem toProblem() {
        String name = '"' + bucket.limit().text() + '"';
        return Problem.ofLimit(bucket.limit().text())
                .after(retryAfter)
                .header(
                        "RateLimit-Policy",
                        "%s;q=%d;w=%d".formatted(name, bucket.rate(), Problem.wholeSeconds(bucket.window())))
                .header("RateLimit", "%s;r=0;t=%d".formatted(name, Problem.wholeSeconds(retryAfter)));
    }
}
