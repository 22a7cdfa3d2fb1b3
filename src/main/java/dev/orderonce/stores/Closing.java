package dev.orderonce.stores;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Connections are closed before the event loops end that they live on: what hears of its end later
 * has nowhere to hear it.
 */
public final class Closing {
    /** To say goodbye; a store that does not answer even that is left alone. */
    private static final Duration AT_MOST = Duration.ofSeconds(1);

    private Closing() {}

    /** Waits; never on an event loop. */
    public static void await(List<Future<Void>> closing) {
        try {
            Future.join(closing)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(AT_MOST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException gone) {
            // It ends with the process.
        }
    }
}
