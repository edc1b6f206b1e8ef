package io.caiman.replay;

import io.caiman.schemas.KafkaAccess;
import io.caiman.schemas.KafkaRight;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.FileOrigin;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the topics held before a replay.
 *
 * @param impressions by partition of that topic
 * @param feedback by partition of that topic
 * @param badLines those in the dead letters
 * @param keptFromMs event time before which the broker deletes impressions
 */
record TopicContents(
        List<ReplayTarget.Held> impressions,
        List<ReplayTarget.Held> feedback,
        Set<FileOrigin> badLines,
        long keptFromMs) {

    static final int BAD_LINES_PARTITION = 0;

    private static final Duration BROKER_ANSWERS_WITHIN = Duration.ofSeconds(30);

    /** Reads them, after making the topics that are missing. */
    static TopicContents read(ReplayOptions options) throws InterruptedException {
        Map<String, Object> properties = new HashMap<>(options.client());
        properties.put("default.api.timeout.ms", (int) BROKER_ANSWERS_WITHIN.toMillis());
        properties.put("request.timeout.ms", (int) BROKER_ANSWERS_WITHIN.toMillis() / 2);
        Topics topics = options.topics();
        try {
            KafkaAccess.check(
                    options.client(),
                    Stream.of(topics.impressions(), topics.feedback(), topics.deadLetters())
                            .flatMap(topic -> Stream.of(KafkaRight.read(topic), KafkaRight.write(topic)))
                            .toList());
        } catch (IllegalArgumentException e) {
            throw new ReplayException(String.valueOf(e.getMessage()), e);
        }
        try (Admin admin = Admin.create(properties)) {
            requireBroker(admin, options);
            // Those of the jobs too: they carry event times as well, and no job makes its own.
            EventTimeTopics.createMissing(admin, topics.all(), options.partitions());
            int impressionPartitions = partitions(admin, options, topics.impressions());
            int feedbackPartitions = partitions(admin, options, topics.feedback());
            long keptFromMs = keptFromMs(admin, topics.impressions());
            properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
            properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            // Replays write outside transactions. Reading committed would stop at a transaction that a killed job left
            // open in the dead letters, and miss bad lines behind it.
            properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
            try (Consumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                TopicReader reader = new TopicReader(consumer, BROKER_ANSWERS_WITHIN);
                return new TopicContents(
                        reader.held(topics.impressions(), impressionPartitions),
                        reader.held(topics.feedback(), feedbackPartitions),
                        reader.badLines(new TopicPartition(topics.deadLetters(), BAD_LINES_PARTITION)),
                        keptFromMs);
            }
        } catch (InterruptException | WakeupException e) {
            Thread.interrupted();
            throw (InterruptedException) new InterruptedException("the replay was interrupted").initCause(e);
        } catch (KafkaException e) {
            throw new ReplayException(
                    "Kafka at %s: %s. Check --bootstrap-servers and --command-config.".formatted(options.brokers(), e),
                    e);
        }
    }

    private static void requireBroker(Admin admin, ReplayOptions options) throws InterruptedException {
        try {
            admin.describeCluster().nodes().get();
        } catch (ExecutionException e) {
            throw new ReplayException(
                    "no Kafka broker answers at %s: %s. Start one, or check --bootstrap-servers and --command-config."
                            .formatted(options.brokers(), EventTimeTopics.reason(e)),
                    e);
        }
    }

    private static int partitions(Admin admin, ReplayOptions options, String topic) throws InterruptedException {
        try {
            int partitions = admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .partitions()
                    .size();
            if (options.partitions().isPresent() && options.partitions().getAsInt() != partitions) {
                throw new ReplayException(
                        "topic %s has %d partitions, expected %d. Leave --partitions out, or choose another --topic-prefix."
                                .formatted(
                                        topic, partitions, options.partitions().getAsInt()));
            }
            return partitions;
        } catch (ExecutionException e) {
            throw new ReplayException(
                    "topic %s cannot be described: %s. Allow this user to.".formatted(topic, EventTimeTopics.reason(e)),
                    e);
        }
    }

    private static long keptFromMs(Admin admin, String topic) throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            Config config = admin.describeConfigs(List.of(resource))
                    .all()
                    .get()
                    .values()
                    .iterator()
                    .next();
            long retentionMs = Long.parseLong(value(config, TopicConfig.RETENTION_MS_CONFIG));
            boolean byEventTime =
                    value(config, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).equals("CreateTime");
            boolean deletes = value(config, TopicConfig.CLEANUP_POLICY_CONFIG).contains("delete");
            return retentionMs >= 0 && byEventTime && deletes
                    ? System.currentTimeMillis() - retentionMs
                    : Long.MIN_VALUE;
        } catch (ExecutionException e) {
            throw new ReplayException(
                    "the settings of topic %s cannot be read: %s. Allow this user to."
                            .formatted(topic, EventTimeTopics.reason(e)),
                    e);
        }
    }

    private static String value(Config config, String name) {
        ConfigEntry entry = config.get(name);
        if (entry == null || entry.value() == null) {
            throw new ReplayException("the broker does not tell the topic's " + name);
        }
        return entry.value();
    }
}
