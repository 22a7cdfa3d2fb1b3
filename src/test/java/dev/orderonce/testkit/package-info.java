/** What the tests share: real stores behind breakable lines, buyers, baskets, a clock. */
@NullMarked
package dev.orderonce.testkit;

import org.jspecify.annotations.NullMarked;
