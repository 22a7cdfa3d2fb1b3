package dev.orderonce.events;

/**
 * An event of the log, as its consumers read it.
 *
 * @param id its position in the log
 * @param number the order's number, canonical
 * @param buyer the order's buyer; empty if there is no such order
 * @param sequence its place among the order's events: 1, 2, 3, …
 * @param at ISO 8601
 * @param detail JSON: the actor and the reason
 */
public record PublishedEvent(
        long id, String number, String buyer, int sequence, String kind, String at, String detail) {

    PublishedEvent ofBuyer(String subject) {
        return new PublishedEvent(id, number, subject, sequence, kind, at, detail);
    }
}
