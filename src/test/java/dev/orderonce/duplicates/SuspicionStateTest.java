package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.duplicates.SuspicionState.Move;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every pair of states: which transitions are allowed. */
class SuspicionStateTest {
    /** The transitions of the diagram in the Javadoc. */
    private static final Map<SuspicionState, Set<SuspicionState>> FOLLOW = Map.of(
            SuspicionState.OPEN, Set.of(SuspicionState.DISMISSED, SuspicionState.CONFIRMED, SuspicionState.OVER),
            SuspicionState.DISMISSED, Set.of(),
            SuspicionState.CONFIRMED, Set.of(),
            SuspicionState.OVER, Set.of());

    @ParameterizedTest
    @EnumSource
    void fromEachState_exactlyTheDrawnOnesFollowByOneMoveEach(SuspicionState from) {
        // When
        List<SuspicionState> following = Arrays.stream(Move.values())
                .filter(move -> move.from() == from)
                .map(Move::to)
                .toList();
        // Then
        assertThat(following).containsExactlyInAnyOrderElementsOf(FOLLOW.get(from));
    }
}
