package dev.orderonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptedTest {
    private static final List<String> OFFERED = List.of("application/json", "application/x-ndjson", "text/csv");

    private static Optional<String> best(String... values) {
        return Accepted.best(List.of(values), OFFERED);
    }

    @Test
    void absent_allowsTheFirst() {
        assertThat(best()).hasValue("application/json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/* | application/json",
                "application/* | application/json",
                "text/* | text/csv",
                "text/csv | text/csv",
                "TEXT/CSV; header=present | text/csv",
                "application/x-ndjson, text/csv | application/x-ndjson",
                "text/csv, */*;q=0.1 | text/csv",
                "application/json;q=0.5, text/csv;q=0.7 | text/csv",
                "application/json;q=0, */* | application/x-ndjson",
                "application/*;q=0.3, application/x-ndjson;q=0.2, text/csv;q=0.25 | application/json",
                "text/html, application/xhtml+xml, */*;q=0.8 | application/json",
                "nonsense, text/csv;q=1.000 | text/csv"
            })
    void preferred_isReturned(String accept, String type) {
        assertThat(best(accept)).hasValue(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "", "text/csv;q=0", "text/csv;q=2", "text/csv;q=high", "json", "*"})
    void nothingOffered_isAllowed(String accept) {
        assertThat(best(accept)).isEmpty();
    }

    @Test
    void severalHeaders_areOneList() {
        assertThat(best("image/png", "text/csv")).hasValue("text/csv");
    }
}
