package dev.orderonce.campaign;

import dev.orderonce.campaign.Facts.Event;
import dev.orderonce.campaign.Facts.Received;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The events that one consumer has received, with their order. */
final class Arrivals {
    private final Map<String, Long> sequences = new HashMap<>();
    private final List<Event> overtaken = new ArrayList<>();
    private long unsigned;
    private long count;

    /** An event arrived, perhaps not for the first time; its number may have hyphens. */
    synchronized void add(String number, int sequence, String kind) {
        String plain = Exchange.plain(number);
        long before = sequences.getOrDefault(plain, 0L);
        long bit = 1L << sequence;
        // Of the bits below, that of 0 is never set.
        long expected = bit - 2;
        if ((before & bit) == 0) {
            count++;
            if ((before & expected) != expected) {
                overtaken.add(new Event(plain, sequence, kind, System.currentTimeMillis()));
            }
        }
        sequences.put(plain, before | bit);
    }

    synchronized void addUnsigned() {
        unsigned++;
    }

    /** How many different events arrived. */
    synchronized long count() {
        return count;
    }

    synchronized Received received() {
        return new Received(Map.copyOf(sequences), List.copyOf(overtaken), unsigned);
    }
}
