package dev.orderonce.jobs;

import dev.orderonce.postgres.UnreadableRow;
import dev.orderonce.postgres.UnreadableRows;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Continues work whose process crashed: pieces are claimed, so that no two replicas continue the same one, and then
 * continued concurrently and independently.
 */
@ApplicationScoped
public class Resume {
    private static final Logger LOG = Logger.getLogger(Resume.class);

    private final UnreadableRows unreadableRows;

    Resume(UnreadableRows unreadableRows) {
        this.unreadableRows = unreadableRows;
    }

    /**
     * Continues every piece. A piece that fails does not stop the others; it is due again when its claim expires.
     *
     * @param name the name of a piece in the log
     * @return completes after all pieces; fails if one of them failed. A piece whose row cannot be read is logged once,
     *     counted and left out
     */
    public <T> Uni<Void> each(List<T> claimed, Function<T, String> name, Function<T, Uni<?>> proceed) {
        return Multi.createFrom()
                .iterable(claimed)
                .onItem()
                .transformToUni(piece -> failureOf(piece, name, proceed))
                .merge(Math.max(1, claimed.size()))
                .collect()
                .asList()
                .chain(failures -> failures.stream()
                        .flatMap(Optional::stream)
                        .reduce((one, other) -> one instanceof StoreUnavailable ? other : one)
                        .map(Uni.createFrom()::<Void>failure)
                        .orElseGet(() -> Uni.createFrom().voidItem()));
    }

    private <T> Uni<Optional<Throwable>> failureOf(T piece, Function<T, String> name, Function<T, Uni<?>> proceed) {
        return Uni.createFrom()
                .deferred(() -> proceed.apply(piece))
                .onItemOrFailure()
                .transform((_, failure) -> {
                    if (failure instanceof UnreadableRow row) {
                        unreadableRows.report(row);
                        return Optional.empty();
                    }
                    if (failure != null && !(failure instanceof StoreUnavailable)) {
                        LOG.warnf("%s is resumed later: %s", name.apply(piece), failure);
                    }
                    return Optional.ofNullable(failure);
                });
    }
}
