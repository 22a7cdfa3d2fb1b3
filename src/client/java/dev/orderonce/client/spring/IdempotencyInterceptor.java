package dev.orderonce.client.spring;

import dev.orderonce.client.servlet.IdempotencyFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpEntity;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Begins the protection of {@link Idempotent} methods. A request that cannot be protected fails before the method is
 * called.
 */
public final class IdempotencyInterceptor implements HandlerInterceptor {
    private static final List<Class<?>> ASYNCHRONOUS = List.of(
            Callable.class,
            CompletionStage.class,
            Future.class,
            DeferredResult.class,
            WebAsyncTask.class,
            ResponseBodyEmitter.class,
            StreamingResponseBody.class);

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
        if (isAsynchronous(method)) {
            throw new IllegalStateException("an idempotent method cannot respond asynchronously: " + method);
        }
        return IdempotencyFilter.begin(request, response, idempotent.required());
    }

    /**
     * Whether the declared type says that the work may go on after the method has returned. It would be done before
     * Spring finds out that the request cannot become asynchronous.
     */
    private static boolean isAsynchronous(HandlerMethod method) {
        ResolvableType declared = ResolvableType.forMethodReturnType(method.getMethod(), method.getBeanType());
        ResolvableType body = HttpEntity.class.isAssignableFrom(declared.toClass())
                ? declared.as(HttpEntity.class).getGeneric()
                : declared;
        Class<?> returned = body.toClass();
        return KotlinDetector.isSuspendingFunction(method.getMethod())
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(returned) != null
                || ASYNCHRONOUS.stream().anyMatch(type -> type.isAssignableFrom(returned));
    }
}
