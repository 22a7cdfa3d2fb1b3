package dev.orderonce.payments;

import dev.orderonce.money.Money;
import dev.orderonce.payments.ProviderCalls.ProviderAnswer;
import dev.orderonce.payments.ProviderCalls.ProviderRefusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A provider over HTTP; every failure on the way is {@link Answer.NoAnswer}. */
@ApplicationScoped
class HttpGateway implements PaymentGateway {
    /** Bad request, payment required, unprocessable content. */
    private static final Set<Integer> REFUSALS = Set.of(400, 402, 422);

    private final ProviderCalls calls;

    HttpGateway(ProviderCalls calls) {
        this.calls = calls;
    }

    @Override
    public Uni<Answer> capture(String reference, Money amount, String method) {
        return call(
                () -> calls.capture(reference, amount.minor(), amount.currency().getCurrencyCode(), method),
                HttpGateway::isRefusal);
    }

    @Override
    public Uni<Answer> refund(String reference, Money amount) {
        return call(
                () -> calls.refund(reference, amount.minor(), amount.currency().getCurrencyCode()), failure -> false);
    }

    @Override
    public Uni<Answer> refundPart(String reference, String refund, Money amount) {
        return call(
                () -> calls.refundPart(
                        reference, refund, amount.minor(), amount.currency().getCurrencyCode()),
                failure -> false);
    }

    @Override
    public Uni<Answer> query(String reference) {
        return call(() -> calls.query(reference), failure -> false);
    }

    private static Uni<Answer> call(Supplier<Uni<? extends ProviderAnswer>> request, Predicate<Throwable> isDeclined) {
        return Uni.createFrom()
                .deferred(request)
                .map(HttpGateway::read)
                .onFailure(HttpGateway::isUnknown)
                .recoverWithItem(new Answer.Unknown())
                .onFailure(isDeclined)
                .recoverWithItem(new Answer.Declined("the provider cannot use this method"))
                .onFailure()
                .recoverWithItem(failure -> new Answer.NoAnswer(String.valueOf(failure)));
    }

    /** The provider did not carry out a capture that it finds invalid, and a repeat changes nothing. */
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ProviderRefusal refusal && REFUSALS.contains(refusal.status());
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof ProviderRefusal refusal && refusal.status() == 404;
    }

    private static Answer read(ProviderAnswer answer) {
        return switch (String.valueOf(answer.state())) {
            case "captured" -> new Answer.Captured();
            case "declined" -> new Answer.Declined(answer.reason() == null ? "the provider declined" : answer.reason());
            case "refunded" -> new Answer.Refunded();
            // An unknown state decides nothing.
            default -> new Answer.NoAnswer("the provider answered \"" + answer.state() + '"');
        };
    }
}
