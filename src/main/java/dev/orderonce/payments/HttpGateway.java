package dev.orderonce.payments;

import dev.orderonce.money.Money;
import dev.orderonce.payments.ProviderCalls.ProviderAnswer;
import dev.orderonce.payments.ProviderCalls.ProviderRefusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A provider over HTTP; whatever goes wrong on the way is silence. */
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
        return ask(
                () -> calls.capture(reference, amount.minor(), amount.currency().getCurrencyCode(), method),
                HttpGateway::isRefusal);
    }

    @Override
    public Uni<Answer> refund(String reference, Money amount) {
        return ask(
                () -> calls.refund(reference, amount.minor(), amount.currency().getCurrencyCode()), failure -> false);
    }

    @Override
    public Uni<Answer> query(String reference) {
        return ask(() -> calls.query(reference), failure -> false);
    }

    private static Uni<Answer> ask(Supplier<Uni<? extends ProviderAnswer>> call, Predicate<Throwable> isDeclined) {
        return Uni.createFrom()
                .deferred(call)
                .map(HttpGateway::read)
                .onFailure(HttpGateway::isUnheard)
                .recoverWithItem(new Answer.Unheard())
                .onFailure(isDeclined)
                .recoverWithItem(new Answer.Declined("the provider cannot use this method"))
                .onFailure()
                .recoverWithItem(failure -> new Answer.Silent(String.valueOf(failure)));
    }

    /** A capture that the provider finds unsound was not done, and asking again changes nothing. */
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ProviderRefusal refusal && REFUSALS.contains(refusal.status());
    }

    private static boolean isUnheard(Throwable failure) {
        return failure instanceof ProviderRefusal refusal && refusal.status() == 404;
    }

    private static Answer read(ProviderAnswer answer) {
        return switch (String.valueOf(answer.state())) {
            case "captured" -> new Answer.Captured();
            case "declined" -> new Answer.Declined(answer.reason() == null ? "the provider declined" : answer.reason());
            case "refunded" -> new Answer.Refunded();
            // A word that we do not know decides nothing.
            default -> new Answer.Silent("the provider answered \"" + answer.state() + '"');
        };
    }
}
