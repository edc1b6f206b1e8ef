package io.caiman.k8s;

import static java.util.Map.entry;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A broker as the manifests want it: TLS that asks clients for their certificates, nothing allowed that no KafkaUser allows,
 * and the topics of the KafkaTopics. Beside it a door without a lock, for the test.
 */
final class SecuredBroker implements AutoCloseable {

    private final KafkaRaftServer server;
    private final String bootstrapServers;
    private final String open;
    private final String named;
    private final Admin admin;

    private SecuredBroker(KafkaRaftServer server, String bootstrapServers, String open, String named, Admin admin) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
        this.open = open;
        this.named = named;
        this.admin = admin;
    }

    static SecuredBroker start(Path directory, Certificates certificates) throws Exception {
        new Formatter()
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(directory.toString())
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName("CONTROLLER")
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run();
        List<Integer> ports = Ports.free(4);
        String open = "127.0.0.1:" + ports.get(0);
        String locked = "127.0.0.1:" + ports.get(1);
        String controller = "127.0.0.1:" + ports.get(2);
        String named = "127.0.0.1:" + ports.get(3);
        Certificates.Signed own = certificates.issue("broker");
        Map<String, String> settings = Map.ofEntries(
                entry("process.roles", "broker,controller"),
                entry("node.id", "1"),
                entry(
                        "listeners",
                        "OPEN://%s,SSL://%s,NAMED://%s,CONTROLLER://%s".formatted(open, locked, named, controller)),
                entry("advertised.listeners", "OPEN://%s,SSL://%s,NAMED://%s".formatted(open, locked, named)),
                entry("listener.security.protocol.map", "OPEN:PLAINTEXT,SSL:SSL,NAMED:SASL_SSL,CONTROLLER:PLAINTEXT"),
                entry("inter.broker.listener.name", "OPEN"),
                entry("controller.listener.names", "CONTROLLER"),
                entry("controller.quorum.voters", "1@" + controller),
                entry("log.dirs", directory.toString()),
                entry("auto.create.topics.enable", "false"),
                entry("offsets.topic.replication.factor", "1"),
                entry("offsets.topic.num.partitions", "1"),
                entry("transaction.state.log.replication.factor", "1"),
                entry("transaction.state.log.min.isr", "1"),
                entry("transaction.state.log.num.partitions", "1"),
                entry("group.initial.rebalance.delay.ms", "0"),
                entry("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20)),
                entry("ssl.client.auth", "required"),
                entry("ssl.keystore.type", "PEM"),
                entry("ssl.keystore.certificate.chain", own.certificate()),
                entry("ssl.keystore.key", own.key()),
                entry("ssl.truststore.type", "PEM"),
                entry("ssl.truststore.certificates", certificates.authority()),
                entry("authorizer.class.name", StandardAuthorizer.class.getName()),
                entry("sasl.enabled.mechanisms", "SCRAM-SHA-512"),
                entry(
                        "listener.name.named.scram-sha-512.sasl.jaas.config",
                        ScramLoginModule.class.getName() + " required;"),
                entry("super.users", "User:ANONYMOUS"));
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
        server.startup();
        return new SecuredBroker(server, locked, open, named, Admin.create(Map.of("bootstrap.servers", open)));
    }

    /** Where those with a certificate connect. */
    String bootstrapServers() {
        return bootstrapServers;
    }

    /** Where everybody connects, without TLS. */
    String open() {
        return open;
    }

    /** Where those with a name and a password connect, over TLS. */
    String named() {
        return named;
    }

    /** Makes the topics and gives the rights of some manifests. */
    void apply(List<Manifest> manifests) throws ExecutionException, InterruptedException {
        KafkaObjects.apply(admin, manifests, SecuredBroker::principal);
    }

    /** What it calls the user of a KafkaUser's name. */
    static String principal(String user) {
        return "User:CN=" + user;
    }

    /** Takes a right away until the result is closed. */
    Revoked revoke(AclBinding right) throws ExecutionException, InterruptedException {
        admin.deleteAcls(List.of(right.toFilter())).all().get();
        await().until(() -> admin.describeAcls(right.toFilter()).values().get().isEmpty());
        return () -> {
            admin.createAcls(List.of(right)).all().get();
            await().until(() ->
                    !admin.describeAcls(right.toFilter()).values().get().isEmpty());
        };
    }

    /** Gives a right back. */
    @FunctionalInterface
    interface Revoked extends AutoCloseable {
        @Override
        void close() throws ExecutionException, InterruptedException;
    }

    /** What a user's client needs to know besides its secrets. */
    Properties client(Properties secrets) {
        Properties client = new Properties();
        client.putAll(secrets);
        client.setProperty("bootstrap.servers", bootstrapServers);
        return client;
    }

    @Override
    public void close() {
        admin.close();
        server.shutdown();
        server.awaitShutdown();
    }
}
