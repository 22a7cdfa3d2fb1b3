package dev.orderonce.disputes;

import dev.orderonce.disputes.ListDisputes.Listed;
import dev.orderonce.http.PageParameters;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON form of a page of disputes. */
@Schema(name = "Disputes")
record DisputesView(
        @Schema(required = true) List<DisputeView> disputes,

        @Schema(nullable = true, required = true, description = PageParameters.NEXT) @Nullable String after,

        @Schema(
                nullable = true,
                required = true,
                description = "On the first page: the number of entries on all pages; null on the others")
        @Nullable Long count) {

    static DisputesView of(List<Listed> disputes, Optional<String> after, Optional<Long> count, Party as) {
        return new DisputesView(
                disputes.stream().map(listed -> DisputeView.of(listed, as)).toList(),
                after.orElse(null),
                count.orElse(null));
    }

    /** All disputes of an order. */
    static DisputesView of(List<Dispute> disputes, Party as) {
        return new DisputesView(
                disputes.stream().map(dispute -> DisputeView.of(dispute, as)).toList(), null, (long) disputes.size());
    }
}
