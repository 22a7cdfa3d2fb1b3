package dev.orderonce.client.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes the response of a controller's method create-once: of several requests with the same {@code Idempotency-Key}
 * one calls the method, and the others get its response. {@link dev.orderonce.client.servlet.IdempotencyFilter} has the
 * rules.
 *
 * <p>If the process crashes between the commit of the method's transaction and its response, the method is called
 * again. The row that it writes has to have the key as a unique column, so that the second call finds it:
 *
 * <pre>{@code
 * @PostMapping("/orders")
 * @Idempotent
 * ResponseEntity<OrderView> place(@RequestAttribute(IdempotencyFilter.KEY) String key, @RequestBody Draft draft) {
 *     return created(orders.placeOrFind(key, draft));
 * }
 * }</pre>
 *
 * <p>The method must not respond asynchronously.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Idempotent {
    /** Whether a request without a key is refused. Otherwise it is handled without protection. */
    boolean required() default true;
}
