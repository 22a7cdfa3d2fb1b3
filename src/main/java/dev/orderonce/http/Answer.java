package dev.orderonce.http;

import jakarta.ws.rs.core.Response;

/** What an operation returns. */
public sealed interface Answer permits Reply, Problem {
    /** Says what is left of the limits that apply to the request; a refusal by a limit says it of this one alone. */
    Answer within(Quota quota);

    Response toResponse();
}
