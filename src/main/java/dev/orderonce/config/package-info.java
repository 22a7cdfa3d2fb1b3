/** Settings that cannot be used end the start, each with a sentence and exit code 78; the clock. */
@NullMarked
package dev.orderonce.config;

import org.jspecify.annotations.NullMarked;
