package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.embedded.Standalone;
import dev.orderonce.testkit.KafkaBroker;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service publishes to Kafka; another replica continues for one that was killed. */
class KafkaIT {
    private static final Duration BOUND = Duration.ofMinutes(1);

    private static final String TOPIC = "shop.orders";

    @TempDir
    Path directory;

    @Test
    void killedBeforeItKeptItsProgress_anotherReplicaPublishesAgainAndContinues() {
        try (Standalone stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"));
                KafkaBroker kafka = KafkaBroker.start()) {
            Map<String, String> settings = new HashMap<>(Stores.environment(stores));
            settings.put("EVENTS_KAFKA_BOOTSTRAP_SERVERS", kafka.address());
            settings.put("EVENTS_KAFKA_TOPIC", TOPIC);
            settings.put("KAFKA_CLIENT_ID", "order-once");
            Service victim =
                    Service.launch(directory.resolve("victim"), settings).ready();
            String before = placed(victim);
            await().atMost(BOUND).until(() -> published(kafka, before).size() == 1);
            // Given: Kafka has the events, and the replica that has sent them does not know
            kafka.proxy().holdReplies();
            List<String> numbers =
                    Stream.generate(() -> placed(victim)).limit(10).toList();
            await().atMost(BOUND)
                    .until(() -> published(kafka, numbers.getFirst()).size() == 1);
            // When
            victim.process().destroyForcibly();
            victim.process().onExit().join();
            kafka.proxy().heal();
            try (Service survivor =
                    Service.launch(directory.resolve("survivor"), settings).ready()) {
                String after = placed(survivor);
                // Then
                await().atMost(BOUND).until(() -> published(kafka, after).size() == 1);
                assertThat(numbers)
                        .allSatisfy(
                                number -> assertThat(published(kafka, number)).isNotEmpty());
                assertThat(published(kafka, numbers.getFirst())).hasSizeGreaterThan(1);
                assertThat(published(kafka, before)).hasSize(1);
                assertThat(survivor.log()).doesNotContain("relay-to-kafka");
            }
        }
    }

    private static String placed(Service service) {
        String token = service.signIn("buyer-" + UUID.randomUUID());
        String number = service.newNumber(token);
        assertThat(service.place(token, number).statusCode()).isEqualTo(201);
        return number;
    }

    private static List<ConsumerRecord<String, String>> published(KafkaBroker kafka, String number) {
        return kafka.records(TOPIC, number);
    }
}
