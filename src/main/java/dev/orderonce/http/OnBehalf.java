package dev.orderonce.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares that a program of the shop can call the operation for a buyer, whom the header {@code On-Behalf-Of} names.
 * {@link ApiDescription} publishes the header; {@link FrontDoor} refuses it for every other operation.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.CLASS)
public @interface OnBehalf {}
