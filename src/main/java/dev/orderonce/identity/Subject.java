package dev.orderonce.identity;

/**
 * The authenticated subject of a token: a person of the shop's staff, a program, or a buyer.
 *
 * @param id the token's {@code sub}, 1 to {@value #LONGEST} characters, none of them a control character
 */
public record Subject(String id) {

    /** The longest subject. OpenID Connect Core, section 2, allows issuers 255 ASCII characters. */
    public static final int LONGEST = 255;

    public Subject {
        if (!isSubject(id)) {
            throw new IllegalArgumentException("a subject has 1 to " + LONGEST + " characters, no control characters");
        }
    }

    /** Whether a token's {@code sub} can name a subject. */
    public static boolean isSubject(String text) {
        return !text.isEmpty() && text.length() <= LONGEST && text.codePoints().noneMatch(Subject::isUnusable);
    }

    /** Control characters, and halves of surrogate pairs, which all encode to the same bytes. */
    private static boolean isUnusable(int point) {
        return Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE;
    }
}
