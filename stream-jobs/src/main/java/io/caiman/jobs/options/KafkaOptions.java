package io.caiman.jobs.options;

import io.caiman.jobs.connect.Delivery;
import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.schemas.ClientProperties;
import io.caiman.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * What both jobs know about Kafka.
 *
 * @param connection how to reach the cluster
 * @param topics the installation's topics
 * @param transactionTimeout of sinks that deliver exactly once, see {@link Delivery.ExactlyOnce}
 */
public record KafkaOptions(KafkaConnection connection, Topics topics, Duration transactionTimeout) {

    public static final ConfigOption<String> BOOTSTRAP_SERVERS = ConfigOptions.key("caiman.kafka.bootstrap-servers")
            .stringType()
            .defaultValue("localhost:9092")
            .withDescription("The Kafka cluster: host:port, several separated by commas.");

    public static final ConfigOption<String> COMMAND_CONFIG = ConfigOptions.key("caiman.kafka.command-config")
            .stringType()
            .noDefaultValue()
            .withDescription("File of further properties of all Kafka clients, such as those of TLS and SASL.");

    public static final ConfigOption<String> TOPIC_PREFIX = ConfigOptions.key("caiman.kafka.topic-prefix")
            .stringType()
            .defaultValue("")
            .withDescription("Put before the name of every topic, so that several installations can share a cluster.");

    public static final ConfigOption<Duration> TRANSACTION_TIMEOUT = ConfigOptions.key(
                    "caiman.kafka.transaction-timeout")
            .durationType()
            .defaultValue(Duration.ofMinutes(10))
            .withDescription(
                    "After it the broker gives up an open transaction. Longer than a checkpoint interval and the"
                            + " longest outage together, at most the broker's transaction.max.timeout.ms (15 min unless set"
                            + " otherwise).");

    private static final Pattern TOPIC_CHARACTERS = Pattern.compile("[A-Za-z0-9._-]{0,200}");

    /**
     * The options of a configuration.
     *
     * @throws IllegalArgumentException if one cannot be used, with its name, its value and the remedy
     */
    public static KafkaOptions from(ReadableConfig configuration) {
        OptionReader reader = new OptionReader(configuration);
        String servers = reader.text(BOOTSTRAP_SERVERS);
        KafkaConnection connection = new KafkaConnection(
                servers,
                reader.optionalText(COMMAND_CONFIG)
                        .map(file -> ClientProperties.read(Path.of(file)))
                        .orElse(Map.of()));
        String prefix = reader.text(TOPIC_PREFIX);
        if (!TOPIC_CHARACTERS.matcher(prefix).matches()) {
            throw new InvalidOptionException(
                    TOPIC_PREFIX,
                    prefix,
                    "at most 200 of the characters Kafka allows in a topic's name",
                    "use letters, digits, '.', '_' and '-' only");
        }
        return new KafkaOptions(connection, Topics.withPrefix(prefix), reader.positive(TRANSACTION_TIMEOUT));
    }
}
