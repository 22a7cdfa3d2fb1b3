package dev.orderonce.payments;

import dev.orderonce.money.Money;
import dev.orderonce.payments.ProviderCalls.ProviderAnswer;

import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.WebApplicationException;

import java.util.function.Supplier;

/** A provider over HTTP; whatever goes wrong on the way is silence. */
@ApplicationScoped
class HttpGateway implements PaymentGateway {
    private final ProviderCalls calls;

    HttpGateway(ProviderCalls calls) {
        this.calls = calls;
    }

    @Override
    public Uni<Answer> capture(String reference, Money amount, String method) {
        return ask(
                () ->
                        calls.capture(
                                reference,
                                amount.minor(),
                                amount.currency().getCurrencyCode(),
                                method));
    }

    @Override
    public Uni<Answer> refund(String reference, Money amount) {
        return ask(
                () -> calls.refund(reference, amount.minor(), amount.currency().getCurrencyCode()));
    }

    @Override
    public Uni<Answer> query(String reference) {
        return ask(() -> calls.query(reference));
    }

    private static Uni<Answer> ask(Supplier<Uni<? extends ProviderAnswer>> call) {
        return Uni.createFrom()
                .deferred(call)
                .map(HttpGateway::read)
                .onFailure(HttpGateway::isUnheard)
                .recoverWithItem(new Answer.Unheard())
                .onFailure()
                .recoverWithItem(failure -> new Answer.Silent(String.valueOf(failure)));
    }

    private static boolean isUnheard(Throwable failure) {
        return failure instanceof WebApplicationException answer
                && answer.getResponse().getStatus() == 404;
    }

    private static Answer read(ProviderAnswer answer) {
        return switch (String.valueOf(answer.state())) {
            case "captured" -> new Answer.Captured();
            case "declined" ->
                    new Answer.Declined(
                            answer.reason() == null ? "the provider declined" : answer.reason());
            case "refunded" -> new Answer.Refunded();
            // A word that we do not know decides nothing.
            default -> new Answer.Silent("the provider answered \"" + answer.state() + '"');
        };
    }
}
