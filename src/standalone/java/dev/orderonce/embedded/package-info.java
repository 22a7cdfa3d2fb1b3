/**
 * PostgreSQL and Redis started by the service itself, for one machine without configuration. Only in the standalone
 * build.
 */
@NullMarked
package dev.orderonce.embedded;

import org.jspecify.annotations.NullMarked;
