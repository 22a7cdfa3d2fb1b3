package dev.orderonce.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.kafka.clients.producer.ProducerConfig.ACKS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.BOOTSTRAP_SERVERS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.COMPRESSION_TYPE_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.ENABLE_METRICS_PUSH_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.LINGER_MS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.MAX_BLOCK_MS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION;
import static org.apache.kafka.clients.producer.ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.RETRIES_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.TRANSACTIONAL_ID_CONFIG;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.stores.Outage;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the event log to a Kafka topic, keyed by order number: every event at least once. Consumers recognize
 * repeats by number and sequence.
 *
 * <p>An event is sent only after Kafka has acknowledged its order's earlier ones. So the first record of each event
 * comes after the first records of the earlier events of its order, whatever fails; a late record of a producer whose
 * replica has lost the lease can only be a repeat.
 */
@ApplicationScoped
class RelayToKafka implements EventConsumer {
    /** A constant: {@link #name} would create the relay. */
    static final String NAME = "kafka";

    /** Between two batches while the relay is behind, as for the Redis Stream. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    /**
     * A batch begins no further round after this time, so it lasts no longer than this and the two timeouts below
     * together. That is less than the lease: another replica rarely delivers the same batch meanwhile.
     */
    private static final Duration LAST_ROUND = Duration.ofSeconds(1);

    /** How long a record may wait until the topic's partitions are known. */
    private static final Duration METADATA_TIMEOUT = Duration.ofSeconds(1);

    /** How long a record may wait for its acknowledgement, repetitions by the client included. */
    private static final Duration DELIVERY_TIMEOUT = Duration.ofMillis(2500);

    /** Leaves time for one repetition over another connection. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofMillis(1500);

    /** A wrong password that is sent several times a second may lock the account. */
    private static final Duration REPLACEMENT_INTERVAL = Duration.ofSeconds(10);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private static final String SOURCE = "/orders";

    private static final String TYPE = "dev.orderonce.order.";

    private static final JsonFactory JSON = new JsonFactory();

    private final EventSettings settings;
    private final Map<String, Object> clientSettings;
    private final Vertx vertx;
    private final Optional<Outage> outage;

    private volatile @Nullable Producer<String, byte[]> producer;
    private long madeAt;

    /**
     * Ids of a batch that failed which Kafka has acknowledged, by partition of the log: each attempt continues the one
     * before, also if its batch has other partitions.
     */
    private final Map<Integer, Acknowledged> acknowledged = new ConcurrentHashMap<>();

    /**
     * A part of a batch that Kafka has acknowledged.
     *
     * @param first the first id of the partition in the batch
     */
    private record Acknowledged(long first, Set<Long> ids) {}

    /** @param clientSettings the framework's {@code kafka.*} */
    RelayToKafka(
            EventSettings settings,
            @Identifier("default-kafka-broker") Map<String, Object> clientSettings,
            Vertx vertx,
            MeterRegistry metrics) {
        this.settings = settings;
        this.clientSettings = clientSettings;
        this.vertx = vertx;
        this.outage =
                settings.kafkaBootstrapServers().map(_ -> new Outage("Kafka", "events", DELIVERY_TIMEOUT, metrics));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int batchSize() {
        return 200;
    }

    @Override
    public Duration pause() {
        return PAUSE;
    }

    /** Publishes all of them or, if Kafka refuses one or does not answer, some; then the others are repeated. */
    @Override
    public Uni<Void> consume(List<PublishedEvent> events) {
        return Uni.createFrom()
                .emitter(caller -> vertx.executeBlocking(() -> {
                            publish(events);
                            return Boolean.TRUE;
                        })
                        .onSuccess(_ -> caller.complete(null))
                        .onFailure(caller::fail));
    }

    /** Waits for Kafka, so never on an event loop. */
    private synchronized void publish(List<PublishedEvent> events) {
        long begunAt = System.nanoTime();
        Set<Long> done = acknowledgedBefore(events);
        try {
            while (done.size() < events.size()) {
                if (System.nanoTime() - begunAt > LAST_ROUND.toNanos()) {
                    throw new TimeoutException("the acknowledgements take too long");
                }
                publishNextOfEachOrder(events, done);
            }
        } catch (RetriableException failure) {
            keep(events, done);
            outage.ifPresent(path -> path.failed(failure.getMessage()));
            throw new StoreUnavailable(Store.KAFKA, String.valueOf(failure.getMessage()), failure);
        } catch (RuntimeException failure) {
            keep(events, done);
            replaceLater();
            throw failure;
        }
        firsts(events).keySet().forEach(acknowledged::remove);
        answered();
    }

    /** The first id of each partition in a batch. */
    private static Map<Integer, Long> firsts(List<PublishedEvent> events) {
        Map<Integer, Long> firsts = new HashMap<>();
        events.forEach(event -> firsts.merge(LogPartition.of(event.id()), event.id(), Math::min));
        return firsts;
    }

    /** What Kafka has acknowledged of these events, in partitions whose last batch has failed and is repeated now. */
    private Set<Long> acknowledgedBefore(List<PublishedEvent> events) {
        Set<Long> done = new HashSet<>();
        firsts(events).forEach((partition, first) -> {
            Acknowledged before = acknowledged.get(partition);
            if (before != null && before.first() == first) {
                done.addAll(before.ids());
            } // else no repetition: the relay was moved, or another replica has published meanwhile
        });
        done.retainAll(events.stream().map(PublishedEvent::id).toList());
        return done;
    }

    private void keep(List<PublishedEvent> events, Set<Long> done) {
        firsts(events)
                .forEach((partition, first) -> acknowledged.put(
                        partition,
                        new Acknowledged(
                                first,
                                done.stream()
                                        .filter(id -> LogPartition.of(id) == partition)
                                        .collect(Collectors.toUnmodifiableSet()))));
    }

    /** Sends every event of the next batch, even if a batch before it was published in part. */
    void beginAnew() {
        acknowledged.clear();
    }

    /** Ends an outage: Kafka has answered, or another replica publishes what this one could not. */
    void answered() {
        outage.ifPresent(Outage::answered);
    }

    /**
     * One round: sends the first event of each order that is not acknowledged, and waits for all of them.
     *
     * @param done what is acknowledged; this adds to it
     */
    private void publishNextOfEachOrder(List<PublishedEvent> events, Set<Long> done) {
        Producer<String, byte[]> to = producer();
        Set<String> orders = new HashSet<>();
        Map<Long, Future<RecordMetadata>> sent = new LinkedHashMap<>();
        for (PublishedEvent event : events) {
            if (!done.contains(event.id()) && orders.add(event.number())) {
                Future<RecordMetadata> acknowledgement = to.send(record(event));
                sent.put(event.id(), acknowledgement);
                if (acknowledgement.isDone() && acknowledgement.state() == Future.State.FAILED) {
                    break; // without the topic's partitions each further record would wait for them again
                }
            }
        }
        to.flush();
        Optional<Throwable> failure = Optional.empty();
        for (Map.Entry<Long, Future<RecordMetadata>> each : sent.entrySet()) {
            if (each.getValue().state() == Future.State.SUCCESS) {
                done.add(each.getKey());
            } else {
                failure = Optional.of(each.getValue().exceptionNow());
            }
        }
        failure.ifPresent(RelayToKafka::rethrow);
    }

    private static void rethrow(Throwable failure) {
        throw failure instanceof KafkaException known ? known : new KafkaException(failure);
    }

    /**
     * The record of an event; its time is that of its publication, by which topics age.
     *
     * @see <a
     *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">CloudEvents
     *     1.0, Kafka, binary content mode</a>
     */
    private ProducerRecord<String, byte[]> record(PublishedEvent event) {
        String number =
                OrderNumber.stored(event.number()).map(OrderNumber::shown).orElse(event.number());
        ProducerRecord<String, byte[]> made = new ProducerRecord<>(settings.kafkaTopic(), number, value(number, event));
        addHeader(made, "ce_specversion", "1.0");
        addHeader(made, "ce_id", number + '-' + event.sequence());
        addHeader(made, "ce_source", SOURCE);
        addHeader(made, "ce_type", TYPE + event.kind().toLowerCase(Locale.ROOT).replace('_', '-'));
        addHeader(made, "ce_subject", number);
        addHeader(made, "ce_time", event.at());
        addHeader(made, "content-type", "application/json");
        return made;
    }

    private static void addHeader(ProducerRecord<String, byte[]> made, String name, String value) {
        made.headers().add(name, value.getBytes(UTF_8));
    }

    private static byte[] value(String number, PublishedEvent event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("number", number);
            json.writeStringField("buyer", event.buyer());
            json.writeNumberField("sequence", event.sequence());
            json.writeStringField("kind", event.kind());
            json.writeStringField("at", event.at());
            json.writeFieldName("detail");
            json.writeRawValue(event.detail());
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private Producer<String, byte[]> producer() {
        Producer<String, byte[]> existing = producer;
        if (existing != null) {
            return existing;
        }
        Producer<String, byte[]> made =
                new KafkaProducer<>(configuration(), new StringSerializer(), new ByteArraySerializer());
        producer = made;
        madeAt = System.nanoTime();
        return made;
    }

    /** The operator's settings of the client, without those on which the guarantees and the time limits depend. */
    private Map<String, Object> configuration() {
        Map<String, Object> all = new HashMap<>(clientSettings);
        all.put(BOOTSTRAP_SERVERS_CONFIG, settings.kafkaBootstrapServers().orElseThrow());
        all.put(ACKS_CONFIG, "all");
        all.put(ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(RETRIES_CONFIG, Integer.MAX_VALUE); // within the delivery timeout
        all.put(LINGER_MS_CONFIG, 100); // until the round is complete; then it is flushed
        // A new partition knows no sequence of this producer, and would accept a request that overtook the one before;
        // that one would then be refused.
        all.put(MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        all.put(MAX_BLOCK_MS_CONFIG, METADATA_TIMEOUT.toMillis());
        all.put(REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis());
        all.put(DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis());
        // Events are small, and the broker can compress the topic.
        all.put(COMPRESSION_TYPE_CONFIG, "none");
        all.put(ENABLE_METRICS_PUSH_CONFIG, false);
        all.remove(TRANSACTIONAL_ID_CONFIG);
        return all;
    }

    /** After some failures, such as a refused authentication, a producer fails for ever. */
    private void replaceLater() {
        Producer<String, byte[]> failed = producer;
        if (failed != null && System.nanoTime() - madeAt > REPLACEMENT_INTERVAL.toNanos()) {
            producer = null;
            failed.close(Duration.ZERO);
        }
    }

    /** After the jobs have stopped. */
    void close(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent stop) {
        Producer<String, byte[]> open = producer;
        if (open != null) {
            open.close(CLOSE_TIMEOUT);
        }
    }
}
