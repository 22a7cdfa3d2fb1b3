/** Reaches PostgreSQL: concurrent requests share statements, replies have a timeout, rows are read once. */
@NullMarked
package dev.orderonce.postgres;

import org.jspecify.annotations.NullMarked;
