package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a replica knows that another one may deliver. */
class LeaseTest {
    private static final long LENGTH = Lease.LENGTH.toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Lease lease = new Lease("this", 0);

    @Test
    void notRenewed_isOverAfterItsLength() {
        assertThat(lease.isOver(LENGTH)).isFalse();
        assertThat(lease.isOver(LENGTH + 1)).isTrue();
    }

    /** By the store's clock the lease begins later than the question, and never earlier. */
    @Test
    void renewed_lastsFromTheQuestion() {
        // When
        lease.replied(true, 2 * SECOND);
        // Then
        assertThat(lease.isOver(LENGTH + 2 * SECOND)).isFalse();
        assertThat(lease.isOver(LENGTH + 2 * SECOND + 1)).isTrue();
    }

    @Test
    void lost_isOverAndStaysSo() {
        // When
        lease.replied(false, SECOND);
        lease.replied(true, 2 * SECOND);
        // Then
        assertThat(lease.isOver(2 * SECOND)).isTrue();
    }
}
