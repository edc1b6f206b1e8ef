package io.caiman.replay;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Making topics for records that carry event times, which may be years ago. Kafka's defaults do not suit them: by the
 * records' time stamps it deletes records (so old ones at once), starts a new segment for every week (so a log of twenty
 * years becomes a thousand files), and forgets producers after a day. A broker that is killed and recovers would then
 * not know a producer's last batch, and take it twice when it is sent again: idempotent and transactional producers
 * alike. So these topics carry the time of arrival as time stamp; the event time is in the record.
 */
public final class EventTimeTopics {

    /** Time stamps are those of arrival, and everything is kept. */
    private static final Map<String, String> CONFIG =
            Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime", TopicConfig.RETENTION_MS_CONFIG, "-1");

    private EventTimeTopics() {}

    /**
     * Makes those of the topics that are missing, with the broker's default replication.
     *
     * @param partitions of the topics made; absent: 1
     * @throws ReplayException if the broker refuses
     */
    public static void createMissing(Admin admin, Collection<String> topics, OptionalInt partitions)
            throws InterruptedException {
        try {
            Set<String> existing = admin.listTopics().names().get();
            List<NewTopic> missing = topics.stream()
                    .filter(topic -> !existing.contains(topic))
                    .map(topic ->
                            new NewTopic(topic, Optional.of(partitions.orElse(1)), Optional.empty()).configs(CONFIG))
                    .toList();
            CreateTopicsResult made = admin.createTopics(missing);
            made.all().get();
            awaitLeaders(admin, made);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new ReplayException(
                        "cannot make the topics %s: %s. Make them beforehand with %s, or allow this user to."
                                .formatted(
                                        String.join(", ", topics),
                                        reason(e),
                                        CONFIG.entrySet().stream()
                                                .map(Object::toString)
                                                .sorted()
                                                .collect(Collectors.joining(" "))),
                        e);
            }
        }
    }

    /**
     * Until a partition's leader knows that it is one, it refuses what is sent; of several batches under way it may refuse
     * the first and take the second, and an idempotent producer then never gets over the gap.
     */
    private static void awaitLeaders(Admin admin, CreateTopicsResult made)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (String topic : made.values().keySet()) {
            for (int partition = 0; partition < made.numPartitions(topic).get(); partition++) {
                ends.put(new TopicPartition(topic, partition), OffsetSpec.latest());
            }
        }
        // Only leaders answer this, and the client asks again until they do.
        admin.listOffsets(ends).all().get();
    }

    static String reason(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
