package io.caiman.dashboard;

import io.caiman.schemas.Topics;
import java.util.Map;

/**
 * Where the dashboard listens and what it reads.
 *
 * @param bindAddress the address to listen on; anyone who reaches it may look unless asked for a login
 * @param port the port to listen on, or 0 for any free one
 * @param kafka properties for its Kafka clients, {@code bootstrap.servers} and security among them
 * @param topics where the figures are
 * @param access who may look, and over what
 */
public record DashboardOptions(String bindAddress, int port, Map<String, String> kafka, Topics topics, Access access) {

    /** The default address: this machine only. */
    public static final String LOOPBACK = "127.0.0.1";

    /** The default port. */
    public static final int DEFAULT_PORT = 8080;

    private static final int LARGEST_PORT = 65_535;

    public DashboardOptions {
        if (bindAddress.isBlank()) {
            throw new IllegalArgumentException(
                    "the dashboard's bind address is blank: give an address of this machine, such as " + LOOPBACK);
        }
        if (port < 0 || port > LARGEST_PORT) {
            throw new IllegalArgumentException(
                    "dashboard port %d: expected 1 to %d, or 0 for any free one".formatted(port, LARGEST_PORT));
        }
        kafka = Map.copyOf(kafka);
        if (kafka.getOrDefault("bootstrap.servers", "").isBlank()) {
            throw new IllegalArgumentException(
                    "the dashboard's Kafka properties lack bootstrap.servers: give host:port[,host:port...]");
        }
    }

    /** On loopback, reading from a broker that asks for no security. */
    public static DashboardOptions local(int port, String bootstrapServers, Topics topics) {
        return new DashboardOptions(LOOPBACK, port, Map.of("bootstrap.servers", bootstrapServers), topics, Access.OPEN);
    }
}
