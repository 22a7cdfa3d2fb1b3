/** The order number: its symbols, its check symbol, its signature and its validity. Nothing here reaches a store. */
@NullMarked
package dev.orderonce.numbers;

import org.jspecify.annotations.NullMarked;
