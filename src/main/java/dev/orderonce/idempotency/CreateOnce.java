package dev.orderonce.idempotency;

import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Creates something under a key at most once, however often and from wherever it is asked.
 *
 * <p>Three things, each known as a way by itself, each with its gap closed by another: a mark set
 * by compare-and-set in Redis lets one go ahead; a lease ends the mark of an owner that died; and
 * the store's primary key decides, whatever became of the mark.
 */
@ApplicationScoped
public class CreateOnce {
    private final Markers marks;
    private final PollSchedule patience;

    CreateOnce(Markers marks, PollSchedule patience) {
        this.marks = marks;
        this.patience = patience;
    }

    /** Creates it, or tells what stands. Never fails with {@link StoreUnavailable}. */
    public <T> Uni<Created<T>> create(Creation<T> creation) {
        return begin(creation, 0);
    }

    /** Says that what was created is there no more, so that it can be created anew. */
    void forget(String mark) {
        marks.clear(mark);
    }

    private <T> Uni<Created<T>> begin(Creation<T> creation, int looks) {
        String owner = newOwner();
        return marks.begin(creation.mark(), owner).chain(before -> switch (before) {
            case FREE -> makeAsOwner(creation, owner);
            case IN_FLIGHT -> await(creation, looks);
            case DONE -> findOrMake(creation);
            case UNKNOWN -> creation.make();
        });
    }

    private <T> Uni<Created<T>> makeAsOwner(Creation<T> creation, String owner) {
        String mark = creation.mark();
        return creation.make()
                .invoke(created -> {
                    if (created instanceof Created.Refused) {
                        marks.release(mark, owner);
                    } else {
                        marks.finish(mark);
                    }
                })
                // Whether it was made is not known: a repeat need not wait to find out.
                .onFailure()
                .invoke(failure -> marks.release(mark, owner))
                .onCancellation()
                .invoke(() -> marks.release(mark, owner));
    }

    /** Done, says the mark; the store knows. */
    private <T> Uni<Created<T>> findOrMake(Creation<T> creation) {
        return creation.find().chain(found -> found.map(CreateOnce::stands).orElseGet(() -> creation.make()));
    }

    private <T> Uni<Created<T>> await(Creation<T> creation, int looks) {
        if (patience.isOver(looks)) {
            // The owner may have died after its commit: what it made is found, mark or no mark.
            return creation.find()
                    .map(found -> found.<Created<T>>map(Created.Stands::new).orElseGet(Created.InFlight::new));
        }
        return patience.pause(looks)
                .chain(passed -> marks.look(creation.mark()))
                .chain(mark -> switch (mark) {
                    case FREE -> begin(creation, looks + 1);
                    case IN_FLIGHT -> await(creation, looks + 1);
                    case DONE -> findOrMake(creation);
                    case UNKNOWN -> creation.make();
                });
    }

    private static <T> Uni<Created<T>> stands(T what) {
        return Uni.createFrom().item(new Created.Stands<>(what));
    }

    /** Tells owners apart, for as long as a lease lasts; it is no secret. */
    private static String newOwner() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
