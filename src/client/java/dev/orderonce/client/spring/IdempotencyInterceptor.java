package dev.orderonce.client.spring;

import dev.orderonce.client.servlet.IdempotencyFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Begins the protection of {@link Idempotent} methods. A request that cannot be protected fails before the method is
 * called.
 */
public final class IdempotencyInterceptor implements HandlerInterceptor {
    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (!(handler instanceof HandlerMethod method)) {
            return true;
        }
        Idempotent idempotent = method.getMethodAnnotation(Idempotent.class);
        if (idempotent == null) {
            return true;
        }
        if (isAsynchronous(method.getMethod().getReturnType())) {
            throw new IllegalStateException("an idempotent method cannot respond asynchronously: " + method);
        }
        return IdempotencyFilter.begin(request, response, idempotent.required());
    }

    /** These have begun their work when they are returned; streams begin it later, and fail then. */
    private static boolean isAsynchronous(Class<?> returned) {
        return Stream.of(Callable.class, CompletionStage.class, Future.class, DeferredResult.class, WebAsyncTask.class)
                .anyMatch(type -> type.isAssignableFrom(returned));
    }
}
