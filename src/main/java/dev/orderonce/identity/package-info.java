/**
 * The sender of a request, and the actor that changed an order. Every request that may reach a store carries a bearer
 * token (JWT) of the configured issuer; its {@code sub} is the subject, its {@code groups} are the roles. A subject is
 * a buyer where it owns what it uses.
 */
@NullMarked
package dev.orderonce.identity;

import org.jspecify.annotations.NullMarked;
