package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is logged about the configuration of Redis. */
class RedisAdviceTest {

    @Test
    void recommendedConfiguration_hasNoFindings() {
        assertThat(RedisAdvice.findings(
                        Map.of("redis_version", "7.0.15", "maxmemory_policy", "noeviction", "aof_enabled", "1")))
                .isEmpty();
        assertThat(RedisAdvice.findings(Map.of("redis_version", "10.2.0"))).isEmpty();
    }

    @Test
    void unknownConfiguration_isNotJudged() {
        assertThat(RedisAdvice.findings(Map.of())).isEmpty();
        assertThat(RedisAdvice.findings(Map.of("redis_version", "unstable"))).isEmpty();
    }

    @Test
    void everyFinding_saysWhatToChange() {
        // When
        var findings = RedisAdvice.findings(
                Map.of("redis_version", "6.2.14", "maxmemory_policy", "allkeys-lru", "aof_enabled", "0"));
        // Then
        assertThat(findings)
                .hasSize(3)
                .anyMatch(finding -> finding.contains("6.2.14") && finding.contains("Upgrade Redis"))
                .anyMatch(finding -> finding.contains("allkeys-lru") && finding.contains("Set maxmemory-policy"))
                .anyMatch(finding -> finding.contains("Set appendonly yes"));
    }
}
