package dev.orderonce.client;

/**
 * Work that is to be done once.
 *
 * @param <T> what it makes
 * @param <E> how it fails; {@link RuntimeException} if it does not
 */
@FunctionalInterface
public interface Work<T, E extends Exception> {
    /**
     * Does the work. It may run again if the program crashes before the result is stored: what it writes has to have a
     * unique key of its own, so that a second run finds it.
     */
    T run() throws E, InterruptedException;
}
