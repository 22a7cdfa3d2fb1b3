package dev.orderonce.http;

/** A request body that a client may leave out; every other one is required. */
public interface OptionalBody {}
