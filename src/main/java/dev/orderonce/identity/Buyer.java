package dev.orderonce.identity;

/**
 * The subject that a number or an order belongs to. Staff and programs, who act on what belongs to others, are a
 * {@link Subject} only.
 *
 * @param subject the token's {@code sub}, as {@link Subject} allows it
 */
public record Buyer(String subject) {

    public Buyer {
        if (!Subject.isSubject(subject)) {
            throw new IllegalArgumentException("a buyer's subject is unusable");
        }
    }

    /** The same person without a claim to own anything. */
    public Subject asSubject() {
        return new Subject(subject);
    }

    /** Whether this buyer is that person. */
    public boolean is(Subject person) {
        return subject.equals(person.id());
    }
}
