package dev.orderonce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.jobs.Job;
import io.quarkus.arc.All;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The names that are checked before the start are those of the jobs. */
@QuarkusTest
class JobNamesTest {
    @Inject
    @All
    List<Job> jobs;

    @Test
    void names_areThoseOfAllJobs() {
        assertThat(StartupChecks.JOBS)
                .containsExactlyElementsOf(jobs.stream().map(Job::name).sorted().toList());
    }
}
