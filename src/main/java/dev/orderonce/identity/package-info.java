/**
 * Who is asking. Every request that may reach a store carries a bearer token (JWT) of the
 * configured issuer; its {@code sub} is the buyer, its {@code groups} are the roles.
 */
@NullMarked
package dev.orderonce.identity;

import org.jspecify.annotations.NullMarked;
