package dev.orderonce.payments;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The JSON of a list of payments. */
@Schema(name = "Payments")
record PaymentsView(@Schema(required = true) List<PaymentView> payments) {
    static PaymentsView of(List<Payment> payments) {
        return new PaymentsView(payments.stream().map(PaymentView::of).toList());
    }
}
