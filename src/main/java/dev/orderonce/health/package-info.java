/** Readiness: PostgreSQL, Redis and the front door. */
@NullMarked
package dev.orderonce.health;

import org.jspecify.annotations.NullMarked;
