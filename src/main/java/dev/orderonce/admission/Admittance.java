package dev.orderonce.admission;

import java.util.Optional;

/**
 * An admission, and the checkout of its number.
 *
 * @param checkout the checkout that the number was issued for; where Redis does not know it, the one that the request
 *     names
 */
public record Admittance<A extends Admission>(A admission, Optional<String> checkout) {}
