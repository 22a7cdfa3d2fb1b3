package dev.orderonce.http;

import jakarta.ws.rs.core.Response;

/** What an operation returns. */
public sealed interface Answer permits Reply, Problem {
    Response toResponse();
}
