package io.caiman.replay;

import io.caiman.schemas.Topics;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Where to replay to, and how fast.
 *
 * @param client Kafka client properties, {@code bootstrap.servers} among them; TLS and SASL settings pass through
 * @param partitions partitions of the impressions topic where it is missing and made; absent: 1. Where the topic exists it
 *     must have as many
 * @param badLines how many bad lines the log may have
 */
public record ReplayOptions(
        Map<String, String> client, Topics topics, OptionalInt partitions, Rate rate, BadLineLimit badLines) {

    private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

    public ReplayOptions {
        client = Map.copyOf(client);
        if (client.getOrDefault(BOOTSTRAP_SERVERS, "").isBlank()) {
            throw new IllegalArgumentException("bootstrap.servers: expected host:port of a Kafka broker, got nothing");
        }
        if (partitions.isPresent() && partitions.getAsInt() < 1) {
            throw new IllegalArgumentException("partitions: expected 1 or more, got " + partitions.getAsInt());
        }
    }

    String brokers() {
        return client.getOrDefault(BOOTSTRAP_SERVERS, "");
    }
}
