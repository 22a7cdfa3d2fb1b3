/** What the service has done in the last hour, all replicas together, minute by minute. */
@NullMarked
package dev.orderonce.picture;

import org.jspecify.annotations.NullMarked;
