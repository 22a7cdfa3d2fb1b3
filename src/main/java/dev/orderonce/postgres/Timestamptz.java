package dev.orderonce.postgres;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** An instant as a parameter of PostgreSQL's type {@code timestamptz}. */
public final class Timestamptz {
    private Timestamptz() {}

    public static OffsetDateTime of(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
