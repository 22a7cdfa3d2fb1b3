package dev.orderonce.orders;

import java.util.List;

/** Where an order stands. */
public enum OrderState {
    /** Placed, and nothing has happened to it since. */
    CREATED;

    /** The moves that are open from here, as the representation names them. */
    public List<String> next() {
        return List.of();
    }
}
