package dev.orderonce.http;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.function.Function;

/** Runs a use case for a request: times it, records how it ended, and translates its outcome into a response. */
@Singleton
public class Endpoint {
    private final Outcomes outcomes;
    private final HttpSettings settings;

    Endpoint(Outcomes outcomes, HttpSettings settings) {
        this.outcomes = outcomes;
        this.settings = settings;
    }

    /**
     * Answers a request with the outcome of a use case.
     *
     * @param use the metric tag {@code use}: place, issue, …
     * @param number the order number or id as the client sent it, for logs and traces; empty if it sent none
     * @param running a failure that is an {@link Outcome} is recorded and passed on
     */
    public <O extends Outcome> Uni<Response> answer(
            String use, String number, Uni<O> running, Function<? super O, Answer> toAnswer) {
        return answer(use, _ -> number, running, toAnswer);
    }

    /** The same, for a use case whose outcome has the number. */
    public <O extends Outcome> Uni<Response> answer(
            String use, Function<? super O, String> number, Uni<O> running, Function<? super O, Answer> toAnswer) {
        return outcomes.time(use, number, running)
                .map(outcome -> toAnswer.apply(outcome).toResponse());
    }

    /** Runs with the entity tags of {@code If-Match}, {@code *} if the request has none; refuses a malformed one. */
    public Uni<Response> conditional(IfMatch ifMatch, Function<EntityTags, Uni<Response>> run) {
        return switch (EntityTags.read(ifMatch.values)) {
            case EntityTags.Reading.Absent _ -> run.apply(EntityTags.ANY);
            case EntityTags.Reading.Malformed _ -> refuse(Problem.ofEntityTags(HttpHeaders.IF_MATCH));
            case EntityTags.Reading.Present(EntityTags tags) -> run.apply(tags);
        };
    }

    /** Refuses a request before its use case runs; nothing is recorded. */
    public Uni<Response> refuse(Problem problem) {
        return Uni.createFrom().item(problem.toResponse());
    }

    /** Adds {@code Retry-After} to a problem that passes by itself within a moment. */
    public Problem withRetryAfter(Problem problem) {
        return problem.after(settings.retryDelay());
    }
}
