package dev.orderonce.disputes;

import dev.orderonce.http.PageParameters;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON form of a page of disputes. */
@Schema(name = "Disputes")
record DisputesView(
        @Schema(required = true) List<DisputeView> disputes,

        @Schema(nullable = true, required = true, description = PageParameters.NEXT) @Nullable String after) {

    static DisputesView of(List<Dispute> disputes, Optional<String> after, Party as) {
        return new DisputesView(
                disputes.stream().map(dispute -> DisputeView.of(dispute, as)).toList(), after.orElse(null));
    }
}
