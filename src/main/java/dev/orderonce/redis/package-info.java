/** Reaches Redis: commands of one turn of an event loop share one packet, replies have a timeout. */
@NullMarked
package dev.orderonce.redis;

import org.jspecify.annotations.NullMarked;
