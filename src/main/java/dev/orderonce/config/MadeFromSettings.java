package dev.orderonce.config;

/**
 * A bean whose constructor checks its settings: the service creates every such bean before it accepts a request, and
 * does not start if one fails with {@link UnusableSetting}.
 */
public interface MadeFromSettings {
    /** Creates the bean, if it does not exist yet: beans are created at their first call. */
    default void make() {}
}
