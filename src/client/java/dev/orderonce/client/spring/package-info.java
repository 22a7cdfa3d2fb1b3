/**
 * {@code @Idempotent} for the controllers of a Spring application. Needs Spring 6 or newer, which the application has.
 */
@NullMarked
package dev.orderonce.client.spring;

import org.jspecify.annotations.NullMarked;
