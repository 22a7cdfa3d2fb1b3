/** What every HTTP response shares: problems (RFC 9457), the front door's checks, and metrics and logs of outcomes. */
@NullMarked
package dev.orderonce.http;

import org.jspecify.annotations.NullMarked;
