/** Amounts of money, exact, in the minor unit of their currency. */
@NullMarked
package dev.orderonce.money;

import org.jspecify.annotations.NullMarked;
