/**
 * A filter that makes the responses of a web application create-once. Needs {@code jakarta.servlet} 6 or newer, which
 * the application has.
 */
@NullMarked
package dev.orderonce.client.servlet;

import org.jspecify.annotations.NullMarked;
