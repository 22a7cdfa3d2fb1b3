package dev.orderonce.client;

import java.util.Map;

/**
 * An order, as the service returned it.
 *
 * @param number its number; under an idempotency key the service's, under a checkout possibly another one than
 *     requested
 * @param members all members, as {@link Json#read} returns them; {@link Json#write} makes the text of them that any
 *     JSON library reads
 */
public record Order(String number, Map<String, Object> members) {}
