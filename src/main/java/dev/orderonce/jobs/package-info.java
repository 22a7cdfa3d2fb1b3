/** Background work on an interval. */
@NullMarked
package dev.orderonce.jobs;

import org.jspecify.annotations.NullMarked;
