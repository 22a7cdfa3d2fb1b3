package dev.orderonce.redis;

import dev.orderonce.stores.PendingRequest;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One or more commands that are sent together, and the caller who waits for all their replies. After its creation used
 * on one event loop only.
 */
final class Exchange {
    private final List<Request> requests;
    private final PendingRequest<List<@Nullable Response>> caller;
    private final @Nullable Response[] replies;
    private int missing;

    /** @param requests at least one; all keys in one Cluster slot */
    Exchange(List<Request> requests, PendingRequest<List<@Nullable Response>> caller) {
        this.requests = requests;
        this.caller = caller;
        this.replies = new Response[requests.size()];
        this.missing = requests.size();
    }

    int size() {
        return requests.size();
    }

    Request request(int index) {
        return requests.get(index);
    }

    /** Completes the caller after the last reply. */
    void replied(int index, @Nullable Response reply) {
        replies[index] = reply;
        if (missing > 0 && --missing == 0) {
            caller.dispatch(() -> caller.complete(Arrays.asList(replies), 1));
        }
    }

    /** Fails the caller at once; replies to the other commands are dropped. */
    void failed(Throwable failure) {
        if (missing > 0) {
            missing = 0;
            caller.dispatch(() -> caller.fail(failure));
        }
    }
}
