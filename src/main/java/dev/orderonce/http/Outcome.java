package dev.orderonce.http;

/** One way in which a use case ends: a case of its sealed outcome, or an exception that is counted like one. */
public interface Outcome {
    /**
     * The value of the metric tag {@code outcome}. Alerts and dashboards name it: it is written down here so that a
     * renamed type changes nothing for operators.
     */
    String label();
}
