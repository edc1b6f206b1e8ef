package io.caiman.jobs.connect;

import io.caiman.schemas.KafkaAccess;
import io.caiman.schemas.KafkaRight;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * How to reach a Kafka cluster.
 *
 * @param bootstrapServers one or more {@code host:port}, separated by commas
 * @param clientProperties further properties of every Kafka client, such as those of TLS and SASL; the properties that
 *     the jobs set themselves are not among them
 */
public record KafkaConnection(String bootstrapServers, Map<String, String> clientProperties) {

    private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s,:\\[\\]]+):(\\d{1,5})");
    private static final int HIGHEST_PORT = 65_535;
    private static final Set<String> SET_BY_THE_JOBS = Set.of(
            "bootstrap.servers",
            "group.id",
            "auto.offset.reset",
            "enable.auto.commit",
            "isolation.level",
            "key.deserializer",
            "value.deserializer",
            "key.serializer",
            "value.serializer",
            "enable.idempotence",
            "acks",
            "transactional.id",
            "transaction.timeout.ms");

    public KafkaConnection {
        clientProperties = Map.copyOf(clientProperties);
        checkServers(bootstrapServers);
        TreeSet<String> refused = new TreeSet<>(clientProperties.keySet());
        refused.retainAll(SET_BY_THE_JOBS);
        if (!refused.isEmpty()) {
            throw new IllegalArgumentException(
                    "client properties %s are set by the jobs themselves, because exactly-once delivery depends on them: remove them"
                            .formatted(refused));
        }
    }

    /** A connection that needs no further client properties. */
    public static KafkaConnection to(String bootstrapServers) {
        return new KafkaConnection(bootstrapServers, Map.of());
    }

    /** The properties of a client of this cluster, without what makes it a consumer or a producer. */
    public Properties properties() {
        Properties properties = new Properties();
        properties.putAll(clientProperties);
        properties.setProperty("bootstrap.servers", bootstrapServers);
        return properties;
    }

    /**
     * Asks the cluster whether it lets such a client in, and do what it has to.
     *
     * @throws IllegalArgumentException if it does not, see {@link KafkaAccess}
     */
    public void check(Collection<KafkaRight> needed) throws InterruptedException {
        Map<String, String> client = new HashMap<>(clientProperties);
        client.put("bootstrap.servers", bootstrapServers);
        KafkaAccess.check(client, needed);
    }

    /** Names the property keys only: values may be secrets. */
    @Override
    public String toString() {
        return "KafkaConnection[%s, %s]".formatted(bootstrapServers, new TreeSet<>(clientProperties.keySet()));
    }

    private static void checkServers(String servers) {
        for (String server : servers.split(",", -1)) {
            var matcher = SERVER.matcher(server.strip());
            if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > HIGHEST_PORT) {
                throw new IllegalArgumentException(
                        "bootstrap servers \"%s\": expected host:port, several separated by commas, such as localhost:9092; \"%s\" is not one"
                                .formatted(servers, server.strip()));
            }
        }
    }
}
