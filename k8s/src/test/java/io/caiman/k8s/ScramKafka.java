package io.caiman.k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A broker in a container that asks for names and passwords over TLS (SCRAM-SHA-512) and allows nothing that no KafkaUser
 * allows, under the address that the manifests have. Beside it a door without a lock, for the test.
 */
final class ScramKafka implements AutoCloseable {

    /** As in the manifests. */
    private static final String HOST = "caiman-kafka-bootstrap";

    private static final String KEY_STORE = "/etc/caiman-broker.pem";
    private static final String MECHANISM = "SCRAM-SHA-512";
    private static final DockerImageName IMAGE =
            DockerImageName.parse(System.getProperty("caiman.image.kafka", "apache/kafka"));
    private static final Duration STARTED_WITHIN = Duration.ofMinutes(2);
    private static final int ITERATIONS = 4096;

    private final Certificates certificates;
    private final GenericContainer<?> container;
    private final int openPort = Ports.free(1).get(0);

    /** @param directory for what is mounted into the container */
    ScramKafka(Network network, Certificates certificates, Path directory) throws IOException {
        this.certificates = certificates;
        Certificates.Signed own = certificates.issue(HOST);
        Map<String, String> settings = new HashMap<>();
        settings.put("CLUSTER_ID", Uuid.randomUuid().toString());
        settings.put("KAFKA_HEAP_OPTS", "-Xmx400m");
        settings.put("KAFKA_NODE_ID", "1");
        settings.put("KAFKA_PROCESS_ROLES", "broker,controller");
        settings.put("KAFKA_LISTENERS", "OPEN://:%d,LOCKED://:9093,CONTROLLER://:9094".formatted(openPort));
        settings.put("KAFKA_ADVERTISED_LISTENERS", "OPEN://127.0.0.1:%d,LOCKED://%s:9093".formatted(openPort, HOST));
        settings.put("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "OPEN:PLAINTEXT,LOCKED:SASL_SSL,CONTROLLER:PLAINTEXT");
        settings.put("KAFKA_INTER_BROKER_LISTENER_NAME", "OPEN");
        settings.put("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER");
        settings.put("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@127.0.0.1:9094");
        settings.put("KAFKA_LOG_DIRS", "/tmp/kafka");
        settings.put("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
        settings.put("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1");
        settings.put("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "1");
        settings.put("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1");
        settings.put("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1");
        settings.put("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "1");
        settings.put("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");
        settings.put("KAFKA_SASL_ENABLED_MECHANISMS", MECHANISM);
        settings.put(
                "KAFKA_LISTENER_NAME_LOCKED_SCRAM___SHA___512_SASL_JAAS_CONFIG",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        settings.put("KAFKA_SSL_KEYSTORE_TYPE", "PEM");
        settings.put("KAFKA_SSL_KEYSTORE_LOCATION", KEY_STORE);
        settings.put("KAFKA_AUTHORIZER_CLASS_NAME", StandardAuthorizer.class.getName());
        settings.put("KAFKA_SUPER_USERS", "User:ANONYMOUS");
        container = new GenericContainer<>(IMAGE)
                .withNetwork(network)
                .withNetworkAliases(HOST)
                .withEnv(settings)
                .withFileSystemBind(
                        Files.writeString(directory.resolve("broker.pem"), own.key() + own.certificate())
                                .toString(),
                        KEY_STORE,
                        BindMode.READ_ONLY)
                .waitingFor(Wait.forLogMessage(".*Kafka Server started.*", 1).withStartupTimeout(STARTED_WITHIN));
        container.setPortBindings(List.of("127.0.0.1:%d:%d".formatted(openPort, openPort)));
    }

    /**
     * Starts it, with the topics, users and rights of some manifests.
     *
     * @param passwords of the KafkaUsers, by name
     */
    void start(List<Manifest> manifests, Map<String, String> passwords) throws Exception {
        container.start();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", open()))) {
            KafkaObjects.apply(admin, manifests, user -> "User:" + user);
            List<UserScramCredentialAlteration> users = passwords.entrySet().stream()
                    .<UserScramCredentialAlteration>map(user -> new UserScramCredentialUpsertion(
                            user.getKey(),
                            new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
                            user.getValue()))
                    .toList();
            admin.alterUserScramCredentials(users).all().get();
        }
    }

    /** Where the test connects, without credentials and with all rights. */
    String open() {
        return "127.0.0.1:" + openPort;
    }

    /** What a client's {@code client.properties} says, with Strimzi's secrets beside it. */
    static String clientProperties() {
        return """
                security.protocol=SASL_SSL
                sasl.mechanism=SCRAM-SHA-512
                sasl.jaas.config=${directory:/etc/caiman/kafka-user:sasl.jaas.config}
                ssl.truststore.type=PEM
                ssl.truststore.location=/etc/caiman/kafka-ca/ca.crt
                config.providers=directory
                config.providers.directory.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider
                config.providers.directory.param.allowed.paths=/etc/caiman/kafka-user
                """;
    }

    /** The secrets of a user as Strimzi makes them, and of the cluster. */
    Map<String, String> secret(String name, String password) {
        if (name.equals("caiman-cluster-ca-cert")) {
            return Map.of("ca.crt", certificates.authority());
        }
        return Map.of(
                "password",
                password,
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
                        .formatted(name, password));
    }

    @Override
    public void close() {
        container.stop();
    }
}
