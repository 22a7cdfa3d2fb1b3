package dev.orderonce.client.spring;

import dev.orderonce.client.OrderOnce;
import dev.orderonce.client.TokenSource;
import dev.orderonce.client.servlet.IdempotencyFilter;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.handler.MappedInterceptor;

/**
 * Makes {@link Idempotent} work in a Spring Boot application with {@code order-once.url}, {@code order-once.token} (or
 * a bean of {@link TokenSource}), {@code order-once.scope} (of this application alone) and {@code order-once.lease}
 * ({@code 1m}).
 *
 * <p>An application with more to say makes its own {@link IdempotencyFilter} bean. Without any, requests to idempotent
 * methods fail.
 */
@AutoConfiguration
@ConditionalOnClass(MappedInterceptor.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public class IdempotencyAutoConfiguration {
    /** A buyer waits for the response: an outage is better a 503 soon. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /** The filter of the application's settings. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("order-once.url")
    public IdempotencyFilter orderOnceIdempotencyFilter(Environment settings, ObjectProvider<TokenSource> tokens) {
        TokenSource token = tokens.getIfAvailable(() -> {
            String fixed = settings.getRequiredProperty("order-once.token");
            return wasRefused -> fixed;
        });
        OrderOnce client = OrderOnce.builder(settings.getRequiredProperty("order-once.url"))
                .token(token)
                .timeout(TIMEOUT)
                .deadline(DEADLINE)
                .build();
        Duration lease = settings.getProperty("order-once.lease", Duration.class, Duration.ofMinutes(1));
        return IdempotencyFilter.builder(client.once().lease(lease), settings.getRequiredProperty("order-once.scope"))
                .build();
    }

    /** Every handler mapping finds an interceptor of this type by itself, however the application configures MVC. */
    @Bean
    public MappedInterceptor orderOnceIdempotencyInterceptor() {
        return new MappedInterceptor(null, new IdempotencyInterceptor());
    }
}
