package dev.orderonce.client;

/** Gives the bearer token of a request. Called before every request, by any thread. */
@FunctionalInterface
public interface TokenSource {
    /**
     * Returns the token.
     *
     * @param wasRefused whether the service has refused the last one (401): return a new one then. Called so at most
     *     once for a request.
     * @return a token without the word {@code Bearer}
     * @throws Exception if there is none; as after {@code null}, the request counts as one without a response, and is
     *     repeated
     */
    String token(boolean wasRefused) throws Exception;
}
