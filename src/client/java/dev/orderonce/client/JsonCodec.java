package dev.orderonce.client;

import java.util.Objects;

/**
 * Translates results from and to JSON text, with {@link Json} or a JSON library:
 *
 * <pre>{@code
 * JsonCodec<Invoice> codec = JsonCodec.of(mapper::writeValueAsString, text -> mapper.readValue(text, Invoice.class));
 * }</pre>
 *
 * @param <T> the results
 */
public interface JsonCodec<T> {
    /** Plain texts: no {@code null}, and no result that was stored as anything else. */
    JsonCodec<String> TEXT =
            of(text -> Json.write(Objects.requireNonNull(text, "JsonCodec.TEXT writes no null")), json -> {
                if (Json.read(json) instanceof String text) {
                    return text;
                }
                throw new IllegalArgumentException("the stored result is not a text: it was written by another codec");
            });

    /** Returns the JSON text of a result. */
    String write(T result) throws Exception;

    /** Returns the result of a JSON text, which the service may have written with other spaces or order. */
    T read(String json) throws Exception;

    /** One direction of a codec. */
    @FunctionalInterface
    interface Step<A, B> {
        /** Translates a value. */
        B apply(A value) throws Exception;
    }

    /** Returns the codec of two functions. */
    static <T> JsonCodec<T> of(Step<? super T, String> writer, Step<String, ? extends T> reader) {
        return new JsonCodec<>() {
            @Override
            public String write(T result) throws Exception {
                return writer.apply(result);
            }

            @Override
            public T read(String json) throws Exception {
                return reader.apply(json);
            }
        };
    }
}
