package io.caiman.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServer;

/** A broker, a JobManager and TaskManagers of one slot as processes, and the ZooKeeper that outlives them all. */
final class Cluster implements Installation, AutoCloseable {

    /** ZooKeeper's unit of time; it takes no session shorter than two of them for lost. */
    private static final int TICK_MILLIS = 500;

    private final ServerCnxnFactory zooKeeper;
    private final Victim broker;
    private final Victim jobManager;
    private final List<Victim> taskManagers = new ArrayList<>();
    private final int brokerPort = freePort();
    private final int restPort = freePort();

    /** One TaskManager, and all processes have the class path of the tests: jobs need no jar. */
    Cluster(Path directory, Path logs) throws Exception {
        this(directory, logs, System.getProperty("java.class.path"), 1);
    }

    /**
     * Starts all processes.
     *
     * @param flink class path of JobManager and TaskManagers
     */
    Cluster(Path directory, Path logs, String flink, int taskManagers) throws Exception {
        Files.createDirectories(logs);
        int zooKeeperPort = freePort();
        zooKeeper = NIOServerCnxnFactory.createFactory(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), zooKeeperPort), 100);
        zooKeeper.startup(new ZooKeeperServer(
                directory.resolve("zookeeper").toFile(),
                directory.resolve("zookeeper").toFile(),
                TICK_MILLIS));
        Path configuration = Files.createDirectories(directory.resolve("conf"));
        Files.writeString(configuration.resolve("config.yaml"), "{}\n");
        List<String> settings = flinkSettings(directory, configuration, zooKeeperPort);
        broker = new Victim(
                "broker",
                logs.resolve("broker.log"),
                List.of("-Xmx400m"),
                List.of(Broker.class.getName(), directory.resolve("broker").toString(), Integer.toString(brokerPort)));
        jobManager = new Victim(
                "JobManager",
                logs.resolve("jobmanager.log"),
                flink,
                List.of("-Xmx400m"),
                with(StandaloneSessionClusterEntrypoint.class.getName(), settings));
        for (int i = 0; i < taskManagers; i++) {
            String name = i == 0 ? "TaskManager" : "TaskManager-" + i;
            this.taskManagers.add(new Victim(
                    name,
                    logs.resolve(name.toLowerCase(Locale.ROOT) + ".log"),
                    flink,
                    List.of("-Xmx700m"),
                    with(TaskManagerRunner.class.getName(), settings)));
        }
        for (Victim victim : victims()) {
            victim.start();
        }
    }

    private List<String> flinkSettings(Path directory, Path configuration, int zooKeeperPort) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("jobmanager.rpc.address", "127.0.0.1");
        settings.put("jobmanager.bind-host", "127.0.0.1");
        settings.put("taskmanager.host", "127.0.0.1");
        settings.put("taskmanager.bind-host", "127.0.0.1");
        settings.put("rest.address", "127.0.0.1");
        settings.put("rest.bind-address", "127.0.0.1");
        settings.put("rest.port", Integer.toString(restPort));
        settings.put("high-availability.type", "zookeeper");
        settings.put("high-availability.zookeeper.quorum", "127.0.0.1:" + zooKeeperPort);
        settings.put(
                "high-availability.storageDir", directory.resolve("ha").toUri().toString());
        settings.put("high-availability.zookeeper.client.session-timeout", "3 s");
        settings.put("high-availability.zookeeper.client.connection-timeout", "3 s");
        settings.put("heartbeat.interval", "500 ms");
        settings.put("heartbeat.timeout", "4 s");
        settings.put("taskmanager.numberOfTaskSlots", "1");
        settings.put("taskmanager.cpu.cores", "1");
        settings.put("taskmanager.memory.framework.heap.size", "128 mb");
        settings.put("taskmanager.memory.framework.off-heap.size", "64 mb");
        settings.put("taskmanager.memory.jvm-metaspace.size", "128 mb");
        settings.put("taskmanager.memory.jvm-overhead.min", "64 mb");
        settings.put("taskmanager.memory.jvm-overhead.max", "64 mb");
        settings.put("taskmanager.memory.task.heap.size", "400 mb");
        settings.put("taskmanager.memory.task.off-heap.size", "256 mb");
        settings.put("taskmanager.memory.managed.size", "128 mb");
        settings.put("taskmanager.memory.network.min", "32 mb");
        settings.put("taskmanager.memory.network.max", "32 mb");
        settings.put("io.tmp.dirs", directory.resolve("tmp").toString());
        List<String> arguments = new ArrayList<>(List.of("--configDir", configuration.toString()));
        settings.forEach((key, value) -> arguments.addAll(List.of("-D", key + "=" + value)));
        return arguments;
    }

    private static List<String> with(String first, List<String> others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    /** The processes that may be killed. */
    List<Victim> victims() {
        List<Victim> victims = new ArrayList<>(List.of(broker, jobManager));
        victims.addAll(taskManagers);
        return victims;
    }

    @Override
    public String bootstrapServers() {
        return "127.0.0.1:" + brokerPort;
    }

    String restAddress() {
        return "http://127.0.0.1:" + restPort;
    }

    @Override
    public Configuration client() {
        Configuration client = new Configuration();
        client.setString("execution.target", "remote");
        client.setString("rest.address", "127.0.0.1");
        client.setString("rest.port", Integer.toString(restPort));
        client.setString("rest.retry.max-attempts", "100");
        client.setString("rest.retry.delay", "500 ms");
        return client;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        victims().forEach(Victim::close);
        zooKeeper.shutdown();
    }
}
