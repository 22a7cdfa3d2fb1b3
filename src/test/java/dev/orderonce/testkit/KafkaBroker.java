package dev.orderonce.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A Kafka cluster of one broker in this JVM, with a proxy between it and the service. */
public final class KafkaBroker implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String NODE = "1";
    private static final int PARTITIONS = 3;

    /** Hundreds of lines at the start; held, because the log manager may forget a category that nobody holds. */
    private static final List<Logger> QUIET = Stream.of("kafka", "org.apache.kafka", "state.change.logger")
            .map(Logger::getLogger)
            .toList();

    private final Path data;
    private final int port;
    private final FaultProxy proxy;
    private final KafkaRaftServer server;

    private KafkaBroker(Path data) {
        this.data = data;
        this.port = freePort();
        int proxied = freePort();
        this.proxy = FaultProxy.before(proxied);
        this.server = new KafkaRaftServer(new KafkaConfig(config(proxied, freePort())), Time.SYSTEM);
    }

    /** Starts it. A topic is created when it is first used. */
    public static KafkaBroker start() {
        QUIET.forEach(logger -> logger.setLevel(Level.SEVERE));
        Path data = formatted();
        KafkaBroker broker = new KafkaBroker(data);
        broker.server.startup();
        return broker;
    }

    private static Path formatted() {
        try {
            Path data = Files.createTempDirectory("kafka");
            new Formatter()
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(Integer.parseInt(NODE))
                    .addDirectory(data.toString())
                    .setMetadataLogDirectory(data.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
            return data;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private Map<String, String> config(int proxied, int controller) {
        Map<String, String> config = new HashMap<>();
        config.put("node.id", NODE);
        config.put("process.roles", "broker,controller");
        config.put("controller.listener.names", "CONTROLLER");
        config.put("controller.quorum.voters", "%s@%s:%d".formatted(NODE, HOST, controller));
        config.put(
                "listeners",
                "DIRECT://%1$s:%2$d,PROXIED://%1$s:%3$d,CONTROLLER://%1$s:%4$d"
                        .formatted(HOST, port, proxied, controller));
        config.put(
                "advertised.listeners", "DIRECT://%1$s:%2$d,PROXIED://%1$s:%3$d".formatted(HOST, port, proxy.port()));
        config.put("listener.security.protocol.map", "DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT");
        config.put("inter.broker.listener.name", "DIRECT");
        config.put("log.dirs", data.toString());
        config.put("num.partitions", Integer.toString(PARTITIONS));
        return config;
    }

    /** The broker as the service reaches it. */
    public String address() {
        return HOST + ':' + proxy.port();
    }

    /** Between the service and the broker. */
    public FaultProxy proxy() {
        return proxy;
    }

    /** All records of a topic with this key, in their order. */
    public List<ConsumerRecord<String, String>> records(String topic, String key) {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                HOST + ':' + port,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false);
        List<ConsumerRecord<String, String>> found = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> {
                    if (key.equals(record.key())) {
                        found.add(record);
                    }
                });
            }
        }
        return found;
    }

    @Override
    public void close() {
        proxy.close();
        server.shutdown();
        server.awaitShutdown();
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
