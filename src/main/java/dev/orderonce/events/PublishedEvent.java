package dev.orderonce.events;

/**
 * An event as the stream's consumers read it.
 *
 * @param id its place in the log
 * @param number the order's number, canonical
 * @param buyer the order's buyer; empty if there is no such order
 * @param sequence its place among the order's events: 1, 2, 3, …
 * @param at ISO 8601
 * @param detail JSON: who did it and why
 */
public record PublishedEvent(
        long id, String number, String buyer, int sequence, String kind, String at, String detail) {

    PublishedEvent ofBuyer(String subject) {
        return new PublishedEvent(id, number, subject, sequence, kind, at, detail);
    }
}
