package dev.orderonce.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a misspelt one was probably meant to be. */
public final class Spelling {
    /** In characters: longer names are not compared, because the comparison takes the product of both lengths. */
    private static final int LONGEST = 64;

    /** One character in so many may be wrong. */
    private static final int CHARACTERS_PER_ERROR = 3;

    /** Shorter abbreviations fit nearly everything. */
    private static final int SHORTEST_ABBREVIATION = 3;

    /** A slip in a shorter name makes another word. */
    private static final int SHORTEST_SLIP = 8;

    private static final int SLIPS = 2;

    private Spelling() {}

    /**
     * Returns the name that is nearest to the written one: by its letters, or because one abbreviates the other, as
     * {@code qty} does {@code quantity}. Empty if none is near.
     */
    public static Optional<String> nearest(String written, Collection<String> names) {
        String word = letters(written);
        if (word.isEmpty() || word.length() > LONGEST) {
            return Optional.empty();
        }
        return names.stream()
                .filter(name -> isNear(word, letters(name)))
                .min(Comparator.<String>comparingInt(name -> distance(word, letters(name)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Whether the written name differs from the other one by at most two slips of a finger, or in its punctuation. */
    static boolean isSlip(String written, String name) {
        String word = letters(written);
        return word.length() >= SHORTEST_SLIP && word.length() <= LONGEST && distance(word, letters(name)) <= SLIPS;
    }

    private static boolean isNear(String word, String name) {
        return distance(word, name) <= Math.min(word.length(), name.length()) / CHARACTERS_PER_ERROR
                || abbreviates(word, name)
                || abbreviates(name, word);
    }

    private static boolean abbreviates(String part, String whole) {
        if (part.length() < SHORTEST_ABBREVIATION) {
            return false;
        }
        int found = 0;
        for (int i = 0; i < whole.length() && found < part.length(); i++) {
            if (whole.charAt(i) == part.charAt(found)) {
                found++;
            }
        }
        return (found == part.length() && part.charAt(0) == whole.charAt(0)) || whole.endsWith(part);
    }

    private static String letters(String name) {
        StringBuilder letters = new StringBuilder(name.length());
        name.chars().filter(Character::isLetterOrDigit).forEach(letters::appendCodePoint);
        return letters.toString().toLowerCase(Locale.ROOT);
    }

    /** How many characters have to be inserted, deleted, replaced or swapped with their neighbour. */
    private static int distance(String from, String to) {
        int[] beforeLast = new int[to.length() + 1];
        int[] last = new int[to.length() + 1];
        int[] current = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = last[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(last[j], current[j - 1]));
                boolean isSwapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                if (isSwapped) {
                    current[j] = Math.min(current[j], beforeLast[j - 2] + 1);
                }
            }
            int[] free = beforeLast;
            beforeLast = last;
            last = current;
            current = free;
        }
        return last[to.length()];
    }
}
