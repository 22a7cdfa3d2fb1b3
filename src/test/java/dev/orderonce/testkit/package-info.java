/** The classes that tests share: real stores behind fault proxies, buyers, baskets, a clock. */
@NullMarked
package dev.orderonce.testkit;

import org.jspecify.annotations.NullMarked;
