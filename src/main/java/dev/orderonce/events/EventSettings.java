package dev.orderonce.events;

import dev.orderonce.config.Rules;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Settings of the event log's relays and live streams, prefix {@code events}. */
@ConfigMapping(prefix = "events")
public interface EventSettings {

    /** The name of the stream in Redis. */
    @WithDefault("once:events")
    String streamName();

    /**
     * Events that the stream keeps, approximately: the oldest are deleted. A consumer that missed deleted ones reads
     * the orders' histories. At a thousand orders a minute the default is more than an hour; about 200 bytes each.
     */
    @WithDefault("100000")
    int streamSize();

    /** Live streams of one replica at once; each is an open connection. */
    @WithDefault("2000")
    int listenerLimit();

    /** Live streams of one buyer at one replica: a person has a few tabs and a phone. At least 1. */
    @WithDefault("10")
    int listenerPerBuyerLimit();

    /**
     * Interval at which what waits for staff is counted, while a stream of theirs is open. The statement takes about a
     * millisecond.
     */
    @WithDefault("2s")
    Duration workInterval();

    /** Interval of the comments that keep a live stream open; shorter than any proxy's idle timeout. */
    @WithDefault("15s")
    Duration heartbeatInterval();

    /**
     * How long an event is kept, and with it the order's history; forever unless it is set. The evidence of a dispute
     * is kept with the dispute.
     */
    Optional<Duration> ttl();

    /**
     * Brokers of the Kafka cluster to which events are published besides Redis, each {@code HOST:PORT}; the client asks
     * them for the others. Without it nothing is published to Kafka. Everything else of the client, such as TLS and
     * SASL, is configured with the framework's settings {@code kafka.*}.
     */
    @WithName("kafka.bootstrap-servers")
    Optional<List<String>> kafkaBootstrapServers();

    /** The name of the topic in Kafka. */
    @WithName("kafka.topic")
    @WithDefault("order-events")
    String kafkaTopic();

    /** A host's name, an IPv4 address or an IPv6 address in brackets, and a port. */
    Pattern BROKER = Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):[0-9]{1,5}");

    /** The names that Kafka accepts, but for "." and "..". */
    Pattern TOPIC = Pattern.compile("(?![.]{1,2}$)[A-Za-z0-9._-]{1,249}");

    /** Adds a sentence for each value that cannot be used. */
    static void check(EventSettings settings, Consumer<String> wrong) {
        Rules.atLeast(1, "events.stream-size", settings.streamSize(), wrong);
        Rules.atLeast(1, "events.listener-limit", settings.listenerLimit(), wrong);
        Rules.atLeast(1, "events.listener-per-buyer-limit", settings.listenerPerBuyerLimit(), wrong);
        Rules.lasting("events.work-interval", settings.workInterval(), wrong);
        Rules.lasting("events.heartbeat-interval", settings.heartbeatInterval(), wrong);
        settings.ttl().ifPresent(ttl -> Rules.lasting("events.ttl", ttl, wrong));
        settings.kafkaBootstrapServers()
                .filter(brokers -> !brokers.stream()
                        .allMatch(broker -> BROKER.matcher(broker).matches()))
                .ifPresent(_ -> wrong.accept(
                        "events.kafka.bootstrap-servers: write it as host:9092, several with commas between them"));
        if (!TOPIC.matcher(settings.kafkaTopic()).matches()) {
            wrong.accept("events.kafka.topic: up to 249 letters, digits, \".\", \"_\" and \"-\"");
        }
    }
}
