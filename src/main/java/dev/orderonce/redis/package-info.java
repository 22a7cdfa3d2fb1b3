/** Reaches Redis through the library's connections: one on each event loop, pipelined, with a timeout for replies. */
@NullMarked
package dev.orderonce.redis;

import org.jspecify.annotations.NullMarked;
