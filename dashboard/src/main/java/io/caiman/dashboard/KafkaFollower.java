package io.caiman.dashboard;

import io.caiman.dashboard.FeedStatus.Condition;
import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.ModelHealth;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@link KafkaMetricsFeed} does on its thread. */
final class KafkaFollower implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaFollower.class);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final long ASK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_FOR_PARTITIONS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Topics topics;
    private final Supplier<Consumer<byte[], byte[]>> newConsumer;
    private final MetricsFeed.Listener listener;
    private final RecordCodec<DomainMetrics> figures = RecordCodec.of(DomainMetrics.class);
    private final RecordCodec<ModelComparison> comparisons = RecordCodec.of(ModelComparison.class);
    private final RecordCodec<ModelHealth> health = RecordCodec.of(ModelHealth.class);
    private final RecordCodec<Alert> alerts = RecordCodec.of(Alert.class);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private Map<TopicPartition, Long> backlogEnds = Map.of();
    private boolean caughtUp;
    private volatile Consumer<byte[], byte[]> consumer;

    KafkaFollower(Topics topics, Supplier<Consumer<byte[], byte[]>> newConsumer, MetricsFeed.Listener listener) {
        this.topics = topics;
        this.newConsumer = newConsumer;
        this.listener = listener;
        this.consumer = newConsumer.get();
    }

    /** Makes {@link #run()} return soon. Safe to call from another thread. */
    void stop() {
        closing.countDown();
        consumer.wakeup();
    }

    @Override
    public void run() {
        try {
            for (boolean again = false; !isClosing(); again = true) {
                try {
                    if (again) {
                        consumer.close(CloseOptions.timeout(Duration.ZERO));
                        consumer = newConsumer.get();
                    }
                    follow();
                } catch (WakeupException | InterruptException e) {
                    return; // closing
                } catch (RuntimeException e) {
                    // Whatever it was, the reader goes on behind the last record it took.
                    LOG.warn("Reading from Kafka failed, trying again", e);
                    listener.status(new FeedStatus(Condition.UNREACHABLE, String.valueOf(e.getMessage())));
                    if (closing.await(ASK_AGAIN_NANOS, TimeUnit.NANOSECONDS)) {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            consumer.close();
        }
    }

    private void follow() {
        long lookAgainAt = System.nanoTime();
        while (!isClosing()) {
            if (System.nanoTime() - lookAgainAt >= 0) {
                boolean found = findPartitions();
                lookAgainAt = System.nanoTime() + (found ? LOOK_FOR_PARTITIONS_NANOS : ASK_AGAIN_NANOS);
            }
            if (consumer.assignment().isEmpty()) {
                pause();
                continue;
            }
            long letters = 0;
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
                if (record.topic().equals(topics.deadLetters())) {
                    letters++;
                } else {
                    read(record);
                }
            }
            if (letters > 0) {
                listener.deadLetters(letters);
            }
            noticeCaughtUp();
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        if (value == null) {
            return; // a tombstone: compaction's business, no figure
        }
        try {
            if (record.topic().equals(topics.modelComparisons())) {
                listener.comparison(comparisons.decode(value));
            } else if (record.topic().equals(topics.modelHealth())) {
                listener.health(health.decode(value));
            } else if (record.topic().equals(topics.alerts())) {
                listener.alert(alerts.decode(value));
            } else {
                listener.metrics(figures.decode(value));
            }
        } catch (MalformedRecordException e) {
            listener.unreadable("%s, partition %d, offset %d: %s"
                    .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()));
        }
    }

    /** Asks the cluster, also to know that it answers; assigns what is new; true once the metrics topic is there. */
    private boolean findPartitions() {
        Map<String, List<PartitionInfo>> all = consumer.listTopics(ANSWER_WITHIN);
        List<TopicPartition> partitions = Stream.of(
                        topics.domainMetrics(),
                        topics.modelComparisons(),
                        topics.modelHealth(),
                        topics.alerts(),
                        topics.deadLetters())
                .flatMap(topic -> Objects.requireNonNullElse(all.get(topic), List.<PartitionInfo>of()).stream())
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        if (partitions.size() != consumer.assignment().size()) {
            consumer.assign(partitions);
            for (TopicPartition partition : partitions) {
                Long position = next.get(partition);
                if (position == null) {
                    consumer.seekToBeginning(List.of(partition));
                } else {
                    consumer.seek(partition, position);
                }
            }
        }
        boolean found = all.containsKey(topics.domainMetrics());
        if (found && backlogEnds.isEmpty()) {
            backlogEnds = consumer.endOffsets(partitions, ANSWER_WITHIN);
        }
        listener.status(found ? FeedStatus.LIVE : new FeedStatus(Condition.WAITING, "topic " + topics.domainMetrics()));
        return found;
    }

    private void noticeCaughtUp() {
        if (!caughtUp
                && !backlogEnds.isEmpty()
                && backlogEnds.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue())) {
            caughtUp = true;
            listener.caughtUp();
        }
    }

    private void pause() {
        try {
            closing.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }
}
