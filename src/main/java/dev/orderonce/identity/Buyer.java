package dev.orderonce.identity;

/**
 * The subject that owns a number or an order. Staff and programs, who act on the orders of others, are a
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

    /** Returns the same person as a subject, not as an owner. */
    public Subject asSubject() {
        return new Subject(subject);
    }

    /** Whether this buyer is the given person. */
    public boolean is(Subject person) {
        return subject.equals(person.id());
    }
}
