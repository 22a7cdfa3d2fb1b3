package dev.orderonce.stores;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Closes connections before their event loops stop; later callbacks would be dropped. */
public final class Closing {
    /** A store that does not confirm the close within this time is left alone. */
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private Closing() {}

    /** Waits until they are closed; never on an event loop. */
    public static void await(List<Future<Void>> closing) {
        try {
            Future.join(closing)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException gone) {
            // The connection ends with the process.
        }
    }
}
