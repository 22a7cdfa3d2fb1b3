package dev.orderonce.http;

import io.smallrye.mutiny.Multi;

/**
 * The body of a response that is sent while it is made.
 *
 * @param chunks none is empty. Each is requested when the client has taken the one before. After a failure the
 *     connection is closed without the end of the body: no client takes the part for the whole
 */
record StreamedBody(Multi<byte[]> chunks) {}
