package dev.orderonce.http;

import java.util.List;

/**
 * A request body that knows the rules of its values. If other members cannot even be read, these are reported together
 * with them.
 */
public interface CheckedBody {
    /** Every value that does not keep its rule; a member that could not be read is absent. */
    List<Violation> violations();
}
