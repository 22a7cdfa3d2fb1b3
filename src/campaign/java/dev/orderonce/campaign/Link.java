package dev.orderonce.campaign;

import java.util.List;
import java.util.function.Consumer;

/** The edges between two parts, such as a replica and Redis: they have their faults at the same time. */
record Link(String name, List<Edge> edges) implements AutoCloseable {
    void each(Consumer<Edge> action) {
        edges.forEach(action);
    }

    @Override
    public void close() {
        edges.forEach(Edge::close);
    }
}
