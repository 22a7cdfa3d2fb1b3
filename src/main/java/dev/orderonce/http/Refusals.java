package dev.orderonce.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares the problems that an operation can return, besides those that its roles, its request body and the front door
 * imply. {@link ApiDescription} publishes them.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.CLASS)
public @interface Refusals {
    ProblemType[] value();
}
