package dev.orderonce.http;

/** Ends a request with a problem, where no use case has begun. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    /** Has no stack trace: any client can cause any number of these. */
    public Refusal(Problem problem) {
        super(problem.type().slug(), null, false, false);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
