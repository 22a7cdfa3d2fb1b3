package dev.orderonce.payments;

import dev.orderonce.money.Money;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * A provider inside the process, for trying things out; in the standalone build only, and only while no provider is
 * configured. It does what the last three digits of the amount say:
 *
 * <pre>
 *   901   declines
 *   902   answers after two seconds
 *   903   never answers the capture, and did it: a query tells
 *   904   never answers the first capture, and did not do it
 *   905   never answers the capture, and notifies us of it after a second
 *   906   captures, and notifies us twice
 *   907   never answers the first refund (of this amount), and did not do it
 *   else  captures at once
 * </pre>
 */
@Alternative
@Priority(1)
@ApplicationScoped
class SimulatedGateway implements PaymentGateway {
    private static final Logger LOG = Logger.getLogger(SimulatedGateway.class);
    private static final Duration SLOW = Duration.ofSeconds(2);
    private static final long LATE_MILLIS = 1000;

    /** Payments kept in memory. A demonstration makes some hundreds; beyond this all of them are discarded. */
    private static final int MOST = 100_000;

    private final Optional<HttpGateway> real;
    private final ReceiveNotification receiveNotification;
    private final PaymentSettings settings;
    private final Vertx vertx;
    private final Clock clock;
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();

    SimulatedGateway(
            HttpGateway real,
            ReceiveNotification receiveNotification,
            PaymentSettings settings,
            Vertx vertx,
            Clock clock) {
        this.real = settings.providerUrl()
                .filter(url -> !url.equals(PaymentSettings.SIMULATED))
                .map(url -> real);
        this.receiveNotification = receiveNotification;
        this.settings = settings;
        this.vertx = vertx;
        this.clock = clock;
    }

    /** What the provider keeps under one reference. */
    private static final class Account {
        private Answer standing = new Answer.Unknown();
        private int captures;
        private int refunds;
    }

    @Override
    public Uni<Answer> capture(String reference, Money amount, String method) {
        return real.map(http -> http.capture(reference, amount, method))
                .orElseGet(() -> simulateCapture(reference, kind(amount)));
    }

    @Override
    public Uni<Answer> refund(String reference, Money amount) {
        return real.map(http -> http.refund(reference, amount))
                .orElseGet(() -> simulateRefund(reference, kind(amount)));
    }

    @Override
    public Uni<Answer> refundPart(String reference, String refund, Money amount) {
        return real.map(http -> http.refundPart(reference, refund, amount))
                .orElseGet(() -> simulatePart(reference, kind(amount)));
    }

    @Override
    public Uni<Answer> query(String reference) {
        return real.map(http -> http.query(reference))
                .orElseGet(() -> Uni.createFrom().item(() -> standing(account(reference))));
    }

    private static int kind(Money amount) {
        return (int) (amount.minor() % 1000);
    }

    private Account account(String reference) {
        if (accounts.size() > MOST) {
            accounts.clear();
        }
        return accounts.computeIfAbsent(reference, unheard -> new Account());
    }

    private static Answer standing(Account account) {
        synchronized (account) {
            return account.standing;
        }
    }

    private Uni<Answer> simulateCapture(String reference, int kind) {
        Account account = account(reference);
        synchronized (account) {
            boolean isFirst = account.captures++ == 0;
            boolean isDone = !(kind == 904 && isFirst);
            if (account.standing instanceof Answer.Unknown && isDone) {
                account.standing = kind == 901 ? new Answer.Declined("insufficient funds") : new Answer.Captured();
            }
            if (isFirst && (kind == 905 || kind == 906)) {
                notifyLater(reference);
            }
            if (isFirst && kind == 906) {
                notifyLater(reference);
            }
            return switch (kind) {
                case 902 -> later(account.standing);
                case 903, 904, 905 -> isFirst ? silence() : Uni.createFrom().item(account.standing);
                default -> Uni.createFrom().item(account.standing);
            };
        }
    }

    private Uni<Answer> simulateRefund(String reference, int kind) {
        Account account = account(reference);
        synchronized (account) {
            if (kind == 907 && account.refunds++ == 0) {
                return silence();
            }
            // What is not in the books was captured before this process began.
            if (!(account.standing instanceof Answer.Declined)) {
                account.standing = new Answer.Refunded();
            }
            return Uni.createFrom().item(account.standing);
        }
    }

    private Uni<Answer> simulatePart(String reference, int kind) {
        Account account = account(reference);
        synchronized (account) {
            return kind == 907 && account.refunds++ == 0
                    ? silence()
                    : Uni.createFrom().item(new Answer.Refunded());
        }
    }

    private static Uni<Answer> later(Answer answer) {
        return Uni.createFrom().item(answer).onItem().delayIt().by(SLOW);
    }

    private static Uni<Answer> silence() {
        return Uni.createFrom().item(new Answer.NoAnswer("the simulated provider does not answer"));
    }

    private void notifyLater(String reference) {
        vertx.setTimer(LATE_MILLIS, id -> {
            String body = "{\"event\":\"%s\",\"reference\":\"%s\",\"kind\":\"captured\"}"
                    .formatted(UUID.randomUUID(), reference);
            String secret = settings.notificationSecret().orElse("");
            receiveNotification
                    .receive(ReceiveNotification.sign(secret, clock.instant(), body), body)
                    .subscribe()
                    .with(
                            receipt -> LOG.debugf("notified: %s", receipt),
                            failure -> LOG.warn("a notification failed", failure));
        });
    }
}
