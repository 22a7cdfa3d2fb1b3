/**
 * A client of order-once for programs on a JVM: it places orders and runs work once, and repeats a request that has no
 * response under the same number, key or claim.
 *
 * <p>{@link dev.orderonce.client.OrderOnce} is the entry. It needs nothing beside the JDK.
 */
@NullMarked
package dev.orderonce.client;

import org.jspecify.annotations.NullMarked;
