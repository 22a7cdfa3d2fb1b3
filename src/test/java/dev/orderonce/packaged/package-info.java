/** Tests of what is shipped: the jars, run as processes. */
@NullMarked
package dev.orderonce.packaged;

import org.jspecify.annotations.NullMarked;
