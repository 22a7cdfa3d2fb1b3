/** Settings, and the clock. Unusable settings prevent startup, each with a sentence, and the exit code is 78. */
@NullMarked
package dev.orderonce.config;

import org.jspecify.annotations.NullMarked;
