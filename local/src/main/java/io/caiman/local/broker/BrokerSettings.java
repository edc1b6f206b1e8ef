package io.caiman.local.broker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a broker alone in a JVM that does other work needs to differ in from Kafka's defaults. */
final class BrokerSettings {

    static final String HOST = "127.0.0.1";
    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private BrokerSettings() {}

    /** {@link #HOST}, without asking a name service. */
    static InetAddress address() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    static Map<String, String> of(Path directory, int clientPort, int controllerPort) {
        Map<String, String> settings = new LinkedHashMap<>();
        identity(settings, directory, clientPort, controllerPort);
        oneCopyOfEverything(settings);
        quickRestart(settings);
        smallFootprint(settings);
        keepEverything(settings);
        return settings;
    }

    private static void identity(Map<String, String> settings, Path directory, int clientPort, int controllerPort) {
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE_ID));
        settings.put(
                "listeners",
                "PLAINTEXT://%s:%d,%s://%s:%d".formatted(HOST, clientPort, CONTROLLER_LISTENER, HOST, controllerPort));
        settings.put("advertised.listeners", "PLAINTEXT://%s:%d".formatted(HOST, clientPort));
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("controller.listener.names", CONTROLLER_LISTENER);
        settings.put(
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,%s:PLAINTEXT".formatted(CONTROLLER_LISTENER));
        settings.put("controller.quorum.voters", "%d@%s:%d".formatted(NODE_ID, HOST, controllerPort));
        settings.put("log.dirs", directory.toString());
        settings.put("auto.create.topics.enable", "false");
    }

    private static void oneCopyOfEverything(Map<String, String> settings) {
        settings.put("num.partitions", "1");
        settings.put("default.replication.factor", "1");
        settings.put("min.insync.replicas", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
    }

    private static void quickRestart(Map<String, String> settings) {
        // A killed broker's registration blocks its successor until this has passed.
        settings.put("broker.session.timeout.ms", "2500");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("transaction.max.timeout.ms", "900000");
        settings.put("num.recovery.threads.per.data.dir", "2");
    }

    private static void smallFootprint(Map<String, String> settings) {
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "2");
        settings.put("background.threads", "2");
        settings.put("log.cleaner.threads", "1");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
        settings.put("log.cleaner.io.buffer.size", Integer.toString(256 << 10));
        settings.put("log.segment.bytes", Integer.toString(256 << 20));
        settings.put("log.index.size.max.bytes", Integer.toString(2 << 20));
        settings.put("offsets.topic.segment.bytes", Integer.toString(8 << 20));
        settings.put("transaction.state.log.segment.bytes", Integer.toString(8 << 20));
    }

    private static void keepEverything(Map<String, String> settings) {
        settings.put("log.retention.ms", "-1");
        settings.put("log.retention.bytes", "-1");
    }
}
