/** The fault campaign: replicas, stores and networks that fail under load, and a checker of what clients were told. */
@NullMarked
package dev.orderonce.campaign;

import org.jspecify.annotations.NullMarked;
