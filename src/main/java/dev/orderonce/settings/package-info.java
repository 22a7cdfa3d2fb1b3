/** What it means if a setting cannot be used: no start, and a sentence. */
@NullMarked
package dev.orderonce.settings;

import org.jspecify.annotations.NullMarked;
