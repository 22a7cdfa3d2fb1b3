/**
 * What every HTTP answer shares: problems (RFC 9457), the front door's checks, metrics and logs of
 * outcomes.
 */
@NullMarked
package dev.orderonce.web;

import org.jspecify.annotations.NullMarked;
