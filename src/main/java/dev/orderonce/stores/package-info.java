/**
 * How the two stores are reached, and what it means when one does not answer: a failure that says
 * so, never a missing value.
 */
@NullMarked
package dev.orderonce.stores;

import org.jspecify.annotations.NullMarked;
