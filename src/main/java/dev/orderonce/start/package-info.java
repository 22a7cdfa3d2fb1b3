/**
 * What happens before and while the service starts: its required settings, its clock, its
 * description.
 */
@NullMarked
package dev.orderonce.start;

import org.jspecify.annotations.NullMarked;
