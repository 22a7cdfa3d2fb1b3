package dev.orderonce.identity;

/** Who changes an order: a person, a program of the shop that acts for a buyer, or one of this service's own jobs. */
public sealed interface Actor {
    /** The name that events show: the subject of a person or program, or a job's name. */
    String name();

    /** A buyer or a member of the shop's staff. */
    record Person(Subject subject) implements Actor {
        @Override
        public String name() {
            return subject.id();
        }
    }

    /**
     * A program of the shop.
     *
     * @param buyer the buyer for whom it acts
     */
    record Program(Subject subject, Buyer buyer) implements Actor {
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
