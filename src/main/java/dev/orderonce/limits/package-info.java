/**
 * How often one buyer may do a thing: enough for any person and any honest program, too little for
 * a script that has gone wrong.
 */
@NullMarked
package dev.orderonce.limits;

import org.jspecify.annotations.NullMarked;
