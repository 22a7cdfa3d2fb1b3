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
 * <p>The method must not respond asynchronously. Where its declared type says that it does (a future, a reactive type,
 * an emitter or a stream, also as the body of a {@code ResponseEntity}; a suspending function), it is not called. One
 * that is declared as {@code Object} or {@code ResponseEntity<?>} and returns such a value fails after its work.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Idempotent {
    /** Whether a request without a key is refused. Otherwise it is handled without protection. */
    boolean required() default true;
}
