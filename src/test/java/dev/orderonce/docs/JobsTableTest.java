package dev.orderonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.jobs.Job;
import io.quarkus.arc.All;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every job is documented with its interval. */
@QuarkusTest
class JobsTableTest {
    @Inject
    @All
    List<Job> jobs;

    @Test
    void table_hasEveryJobWithItsInterval() throws IOException {
        // When
        Map<String, Duration> documented = new TreeMap<>();
        for (List<String> cells :
                Document.read(Document.DIRECTORY.resolve("operations.md")).rows("job")) {
            documented.put(
                    Document.code(cells.getFirst()).getFirst(),
                    DurationConverter.parseDuration(Document.code(cells.get(1)).getFirst()));
        }
        // Then
        assertThat(documented)
                .containsExactlyInAnyOrderEntriesOf(jobs.stream().collect(Collectors.toMap(Job::name, Job::interval)));
    }
}
