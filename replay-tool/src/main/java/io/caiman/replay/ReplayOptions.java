package io.caiman.replay;

import io.caiman.replay.dataset.BadLineLimit;
import io.caiman.replay.dataset.LabelDelays;
import io.caiman.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where to replay to, and how fast.
 *
 * @param client Kafka client properties, {@code bootstrap.servers} among them; TLS and SASL settings pass through
 * @param partitions partitions of the topics that are missing and made, those of the jobs too; absent: 1. Where impressions
 *     and feedback exist they must have as many
 * @param catchUp how much of a pause is made up for by sending without waiting
 * @param lagOf consumer group whose lag is told with the progress
 * @param badLines how many bad lines the log may have
 */
public record ReplayOptions(
        Map<String, String> client,
        Topics topics,
        OptionalInt partitions,
        Pace pace,
        Duration catchUp,
        Optional<String> lagOf,
        BadLineLimit badLines) {

    /** Long enough for what a broker or a garbage collection takes, short enough not to flood after a night's sleep. */
    static final String DEFAULT_CATCH_UP_TEXT = "10s";

    /** {@link #DEFAULT_CATCH_UP_TEXT} as a time. */
    public static final Duration DEFAULT_CATCH_UP = LabelDelays.duration(DEFAULT_CATCH_UP_TEXT);

    private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

    public ReplayOptions {
        client = Map.copyOf(client);
        if (client.getOrDefault(BOOTSTRAP_SERVERS, "").isBlank()) {
            throw new IllegalArgumentException("bootstrap.servers: expected host:port of a Kafka broker, got nothing");
        }
        if (catchUp.isNegative()) {
            throw new IllegalArgumentException("catch-up: expected 0 or more, got " + catchUp);
        }
        if (partitions.isPresent() && partitions.getAsInt() < 1) {
            throw new IllegalArgumentException("partitions: expected 1 or more, got " + partitions.getAsInt());
        }
    }

    /** To brokers as fast as they take it, with defaults for all else. */
    public static ReplayOptions to(String bootstrapServers, Topics topics) {
        return new ReplayOptions(
                Map.of(BOOTSTRAP_SERVERS, bootstrapServers),
                topics,
                OptionalInt.empty(),
                Pace.MAX,
                DEFAULT_CATCH_UP,
                Optional.empty(),
                BadLineLimit.NONE);
    }

    /** The same with so many partitions where topics are made. */
    public ReplayOptions withPartitions(int number) {
        return new ReplayOptions(client, topics, OptionalInt.of(number), pace, catchUp, lagOf, badLines);
    }

    /** The same at another pace. */
    public ReplayOptions withPace(Pace wanted) {
        return new ReplayOptions(client, topics, partitions, wanted, catchUp, lagOf, badLines);
    }

    String brokers() {
        return client.getOrDefault(BOOTSTRAP_SERVERS, "");
    }
}
