package dev.orderonce.identity;

/** Who changes an order: a person, or one of this service's own jobs. */
public sealed interface Actor {
    /** The name that events show: a person's subject, or a job's name. */
    String name();

    /** A buyer or a member of the shop's staff. */
    record Person(Subject subject) implements Actor {
        @Override
        public String name() {
            return subject.id();
        }
    }

    /**
     * A job of this service.
     *
     * @param name a constant of the code; it is part of the events that buyers read
     */
    record Job(String name) implements Actor {}
}
