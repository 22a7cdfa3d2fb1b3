package dev.orderonce.disputes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.disputes.DisputeState.Move;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every pair of states: which transitions are allowed, and what a representation offers. */
class DisputeStateTest {
    /** The states that can follow while nothing is decided. */
    private static final Set<DisputeState> UNDECIDED = Set.of(
            DisputeState.OPEN,
            DisputeState.ANSWERED,
            DisputeState.WITHDRAWN,
            DisputeState.RESOLVING,
            DisputeState.RESOLVED);

    /** The transitions of the diagram in the Javadoc. */
    private static final Map<DisputeState, Set<DisputeState>> FOLLOW = Map.of(
            DisputeState.OPEN, UNDECIDED,
            DisputeState.ANSWERED, UNDECIDED,
            DisputeState.RESOLVING, Set.of(DisputeState.RESOLVED, DisputeState.OPEN),
            DisputeState.RESOLVED, Set.of(),
            DisputeState.WITHDRAWN, Set.of());

    @ParameterizedTest
    @EnumSource
    void fromEachState_exactlyTheDrawnOnesFollow(DisputeState from) {
        // When
        Set<DisputeState> following = Arrays.stream(Move.values())
                .filter(move -> move.isOpenFrom(from))
                .map(Move::to)
                .collect(Collectors.toSet());
        // Then
        assertThat(following).isEqualTo(FOLLOW.get(from));
    }

    @ParameterizedTest
    @EnumSource
    void betweenTwoStates_thereIsOneMoveAtMost(DisputeState from) {
        // When
        List<DisputeState> targets = Arrays.stream(Move.values())
                .filter(move -> move.isOpenFrom(from))
                .map(Move::to)
                .toList();
        // Then
        assertThat(targets).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void movesNameTheirOrigins_asTheyAreOpenFrom(Move move) {
        // When
        List<DisputeState> open =
                Arrays.stream(DisputeState.values()).filter(move::isOpenFrom).toList();
        // Then
        assertThat(move.from()).containsExactlyInAnyOrderElementsOf(open);
    }

    @Test
    void representation_offersWhatCallersMayRequest() {
        assertThat(DisputeState.OPEN.next()).containsExactly("answer", "reply", "withdraw", "resolve");
        assertThat(DisputeState.ANSWERED.next()).containsExactly("answer", "reply", "withdraw", "resolve");
        assertThat(DisputeState.RESOLVING.next()).isEmpty();
        assertThat(DisputeState.RESOLVED.next()).isEmpty();
        assertThat(DisputeState.WITHDRAWN.next()).isEmpty();
    }
}
