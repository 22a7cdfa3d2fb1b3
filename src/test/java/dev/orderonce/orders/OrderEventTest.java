package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Subject;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The actor of an event as shown to buyers and to staff. */
class OrderEventTest {
    private static final String BUYER = "alice";

    private static OrderEvent by(Actor actor) {
        String stored = OrderJson.detail(Transition.of(actor).reason("words").payment("p-1"));
        return stored(OrderJson.readTexts(stored));
    }

    private static OrderEvent stored(Map<String, String> detail) {
        return new OrderEvent(2, "CANCELLED", Instant.EPOCH, detail);
    }

    @Test
    void job_isShownToAll() {
        // Given
        OrderEvent event = by(new Actor.Job("payments"));
        // Then
        Map<String, String> shown = Map.of("by", "payments", "reason", "words", "payment", "p-1");
        assertThat(event.forBuyer(BUYER).detail()).isEqualTo(shown);
        assertThat(event.forStaff().detail()).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"payments", "unpaid", "bob"})
    void memberOfStaff_isMaskedForBuyersWhateverTheirSubjectIs(String subject) {
        // Given
        OrderEvent event = by(new Actor.Person(new Subject(subject)));
        // Then
        assertThat(event.forBuyer(BUYER).detail()).isEqualTo(Map.of("by", "the shop"));
        assertThat(event.forStaff().detail()).isEqualTo(Map.of("by", subject, "reason", "words", "payment", "p-1"));
    }

    @Test
    void program_isMaskedForTheBuyerForWhomItActed() {
        // Given
        OrderEvent event = by(new Actor.Program(new Subject("backend"), new Buyer(BUYER)));
        // Then
        assertThat(event.forBuyer(BUYER).detail())
                .isEqualTo(Map.of("by", "the shop", "for", BUYER, "reason", "words", "payment", "p-1"));
        assertThat(event.forStaff().detail())
                .isEqualTo(Map.of("by", "backend", "for", BUYER, "reason", "words", "payment", "p-1"));
    }

    /** A program can have the subject of a buyer. */
    @Test
    void programWithTheBuyersSubject_isMaskedToo() {
        // Given
        OrderEvent event = by(new Actor.Program(new Subject(BUYER), new Buyer(BUYER)));
        // Then
        assertThat(event.forBuyer(BUYER).detail()).containsEntry("by", "the shop");
    }

    @Test
    void buyer_seesTheirOwn() {
        // Given
        OrderEvent event = by(new Actor.Person(new Subject(BUYER)));
        // Then
        assertThat(event.forBuyer(BUYER).detail()).containsEntry("by", BUYER).containsEntry("reason", "words");
    }

    @Test
    void guest_isShownToTheBuyerWhoHasClaimedThem() {
        // Given
        OrderEvent ofGuest =
                stored(Map.of("by", "session-1", "actor", "PERSON", "reason", "words", "guest", "session-1"));
        OrderEvent claim = stored(OrderJson.readTexts(OrderJson.claimDetail(new Buyer(BUYER), new Buyer("session-1"))));
        // Then
        assertThat(ofGuest.forBuyer(BUYER).detail())
                .containsEntry("by", "session-1")
                .containsEntry("reason", "words");
        assertThat(claim.forBuyer(BUYER).detail()).isEqualTo(Map.of("by", BUYER, "guest", "session-1"));
    }

    /** Such rows hold the actor's name only. */
    @Test
    void eventsOfEarlierVersions_areShownAsBefore() {
        // Given
        OrderEvent ofJob = stored(Map.of("by", "unpaid", "reason", "it was not paid in time"));
        OrderEvent ofStaff = stored(Map.of("by", "bob", "reason", "words"));
        // Then
        assertThat(ofJob.forBuyer(BUYER)).isEqualTo(ofJob);
        assertThat(ofStaff.forBuyer(BUYER).detail()).isEqualTo(Map.of("by", "the shop"));
    }
}
