package dev.orderonce.config;

/**
 * Cannot be made with settings that cannot be used: the service makes every one of these before it takes a request, and
 * does not start if one fails with {@link UnusableSetting}.
 */
public interface MadeFromSettings {
    /** Makes it, if it is not made yet: beans are made when they are first asked for something. */
    default void make() {}
}
