/**
 * A real PostgreSQL and a real Redis started by the service itself, for one machine with nothing
 * configured. Only in the standalone build.
 */
@NullMarked
package dev.orderonce.embedded;

import org.jspecify.annotations.NullMarked;
