package io.caiman.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** Three brokers in containers, each a controller too. A record is on all three, and taken when it is on two. */
final class ThreeBrokers implements AutoCloseable {

    private static final int COUNT = 3;
    private static final DockerImageName IMAGE =
            DockerImageName.parse(System.getProperty("caiman.image.kafka", "apache/kafka"));
    private static final Duration STARTED_WITHIN = Duration.ofMinutes(2);

    private final Network network = Network.newNetwork();
    private final List<GenericContainer<?>> brokers = new ArrayList<>();
    /** The same after a start anew, so that what brokers advertise stays true. */
    private final List<Integer> ports = new ArrayList<>();

    ThreeBrokers() {
        String cluster = Uuid.randomUuid().toString();
        for (int id = 1; id <= COUNT; id++) {
            ports.add(Cluster.freePort());
            brokers.add(broker(id, ports.get(id - 1), cluster));
        }
        Startables.deepStart(brokers).join();
    }

    private GenericContainer<?> broker(int id, int port, String cluster) {
        String voters = IntStream.rangeClosed(1, COUNT)
                .mapToObj(voter -> "%d@kafka-%d:9093".formatted(voter, voter))
                .collect(Collectors.joining(","));
        Map<String, String> settings = new HashMap<>();
        settings.put("CLUSTER_ID", cluster);
        settings.put("KAFKA_HEAP_OPTS", "-Xmx400m");
        settings.put("KAFKA_NODE_ID", Integer.toString(id));
        settings.put("KAFKA_PROCESS_ROLES", "broker,controller");
        settings.put("KAFKA_LISTENERS", "OUTSIDE://:%d,INSIDE://:9092,CONTROLLER://:9093".formatted(port));
        settings.put("KAFKA_ADVERTISED_LISTENERS", "OUTSIDE://127.0.0.1:%d,INSIDE://kafka-%d:9092".formatted(port, id));
        settings.put("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("KAFKA_INTER_BROKER_LISTENER_NAME", "INSIDE");
        settings.put("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER");
        settings.put("KAFKA_CONTROLLER_QUORUM_VOTERS", voters);
        settings.put("KAFKA_LOG_DIRS", "/tmp/kafka");
        settings.put("KAFKA_DEFAULT_REPLICATION_FACTOR", "3");
        settings.put("KAFKA_MIN_INSYNC_REPLICAS", "2");
        settings.put("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "3");
        settings.put("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3");
        settings.put("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "3");
        settings.put("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "2");
        settings.put("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "3");
        settings.put("KAFKA_BROKER_SESSION_TIMEOUT_MS", "3000");
        settings.put("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");
        GenericContainer<?> broker = new GenericContainer<>(IMAGE)
                .withNetwork(network)
                .withNetworkAliases("kafka-" + id)
                .withEnv(settings)
                .waitingFor(Wait.forLogMessage(".*Kafka Server started.*", 1).withStartupTimeout(STARTED_WITHIN));
        broker.setPortBindings(List.of("127.0.0.1:%d:%d".formatted(port, port)));
        return broker;
    }

    int count() {
        return COUNT;
    }

    String bootstrapServers() {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /** Ends a broker with signal 9. */
    void kill(int broker) {
        GenericContainer<?> victim = brokers.get(broker);
        victim.getDockerClient().killContainerCmd(victim.getContainerId()).exec();
    }

    /** Starts one that was killed, on what it had on its disk. */
    void start(int broker) {
        GenericContainer<?> victim = brokers.get(broker);
        victim.getDockerClient().startContainerCmd(victim.getContainerId()).exec();
    }

    /** Whether every record is on all brokers. */
    boolean inSync() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            List<String> topics = List.copyOf(admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get());
            return admin.describeTopics(topics).allTopicNames().get().values().stream()
                    .map(TopicDescription::partitions)
                    .flatMap(List::stream)
                    .allMatch(partition -> partition.isr().size() == COUNT);
        }
    }

    @Override
    public void close() {
        brokers.forEach(GenericContainer::stop);
        network.close();
    }
}
