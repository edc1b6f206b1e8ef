package io.caiman.local.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker and its KRaft controller in this JVM, listening on loopback only.
 *
 * <p>Everything it keeps is in one directory, so a broker started again on that directory has every topic, record,
 * group offset and transaction of the one before, also after the process was killed. Ports may differ from start to
 * start: the quorum is named by node id in the log, and by address only in the configuration of each start.
 *
 * <p>Nothing is deleted by age. Time stamps are those of arrival in the topics of a run (ADR 7); event times are in the records.
 */
public final class LocalBroker implements AutoCloseable {

    /** Ask for this port to get any free one. */
    public static final int ANY_FREE_PORT = 0;

    private static final Logger LOG = LoggerFactory.getLogger(LocalBroker.class);

    private final KafkaRaftServer server;
    private final DirectoryLock lock;
    private final String bootstrapServers;

    private LocalBroker(KafkaRaftServer server, DirectoryLock lock, String bootstrapServers) {
        this.server = server;
        this.lock = lock;
        this.bootstrapServers = bootstrapServers;
    }

    /** {@link #start(Path, int)} on any free port. */
    public static LocalBroker start(Path directory) {
        return start(directory, ANY_FREE_PORT);
    }

    /**
     * Starts a broker and returns once it serves clients.
     *
     * @param directory where its data is, or will be: made and formatted if it holds none yet
     * @param port where clients connect, 1 to 65535, or {@link #ANY_FREE_PORT}
     * @throws BrokerStartException if the port is taken, or the directory cannot be used or is in use by another broker
     */
    public static LocalBroker start(Path directory, int port) {
        long startedAt = System.nanoTime();
        Path dataDirectory = directory.toAbsolutePath().normalize();
        DirectoryLock lock = take(dataDirectory);
        Ports ports;
        KafkaRaftServer server;
        try {
            format(dataDirectory);
            ports = Ports.pick(port);
            server = startServer(
                    new KafkaConfig(BrokerSettings.of(dataDirectory, ports.client(), ports.controller()), false),
                    dataDirectory);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
        LOG.info(
                "Kafka broker at {}:{} after {} ms, data in {}",
                BrokerSettings.HOST,
                ports.client(),
                (System.nanoTime() - startedAt) / 1_000_000,
                dataDirectory);
        return new LocalBroker(server, lock, BrokerSettings.HOST + ":" + ports.client());
    }

    /** Where clients connect, as {@code host:port}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Stops the broker and waits until it has stopped; its data stays. A second call does nothing. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        lock.close();
    }

    private static KafkaRaftServer startServer(KafkaConfig config, Path directory) {
        try {
            KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
            try {
                server.startup();
            } catch (RuntimeException e) {
                server.shutdown(); // what had started of it
                throw e;
            }
            return server;
        } catch (RuntimeException e) {
            throw new BrokerStartException(
                    "The in-process Kafka broker cannot start on %s: %s. See the log; if the data there is of no more use, delete that directory."
                            .formatted(directory, e.getMessage()),
                    e);
        }
    }

    private static DirectoryLock take(Path directory) {
        try {
            Files.createDirectories(directory);
            return DirectoryLock.take(directory);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    private static void format(Path directory) {
        try {
            if (Files.exists(directory.resolve("meta.properties"))) {
                return;
            }
            new Formatter()
                    .setNodeId(BrokerSettings.NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(directory.toString())
                    .setMetadataLogDirectory(directory.toString())
                    .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (Exception e) { // the formatter declares no less
            throw unusable(directory, e);
        }
    }

    private static BrokerStartException unusable(Path directory, Exception e) {
        return new BrokerStartException(
                "The Kafka data directory %s cannot be prepared: %s. It must be a directory this user may write to, with free space."
                        .formatted(directory, e),
                e);
    }

    private record Ports(int client, int controller) {

        /** Free ports; both are held until both are known, so they differ. */
        static Ports pick(int asked) {
            try (ServerSocket client = bind(asked);
                    ServerSocket controller = bind(ANY_FREE_PORT)) {
                return new Ports(client.getLocalPort(), controller.getLocalPort());
            } catch (IOException e) {
                throw new BrokerStartException(
                        "Kafka port %d on %s cannot be used: %s. Stop what is using it, or ask for another port (%d: any free one)."
                                .formatted(asked, BrokerSettings.HOST, e.getMessage(), ANY_FREE_PORT),
                        e);
            }
        }

        private static ServerSocket bind(int port) throws IOException {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(BrokerSettings.address(), port));
            return socket;
        }
    }
}
