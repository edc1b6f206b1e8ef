package io.caiman.dashboard;

import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.Impression;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the cluster every few seconds how many impressions there are, what the last one of each partition says, and how far
 * those who read the topics are behind. What it may not ask is left out and said.
 */
final class TrafficWatch implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(TrafficWatch.class);

    private static final long ASK_EVERY_MILLIS = 3_000;
    private static final long ANSWER_WITHIN_SECONDS = 10;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration READ_WITHIN = Duration.ofSeconds(2);

    private final RecordCodec<Impression> codec = RecordCodec.of(Impression.class);
    private final Topics topics;
    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final MetricsFeed.Listener listener;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** The clients are this watch's to close. */
    TrafficWatch(Topics topics, Admin admin, KafkaConsumer<byte[], byte[]> consumer, MetricsFeed.Listener listener) {
        this.topics = topics;
        this.admin = admin;
        this.consumer = consumer;
        this.listener = listener;
    }

    /** Makes {@link #run()} return soon. Safe to call from another thread. */
    void stop() {
        closing.countDown();
        consumer.wakeup();
    }

    @Override
    public void run() {
        try (admin;
                consumer) {
            do {
                try {
                    look();
                } catch (KafkaException | ExecutionException e) {
                    // The feed tells people that Kafka does not answer.
                    LOG.debug("What moves through the topics is not known", e);
                }
            } while (!closing.await(ASK_EVERY_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a partition holds: offsets from begin, inclusive, to end, exclusive. */
    private record Span(long begin, long end) {

        private static final Span EMPTY = new Span(0, 0);

        long records() {
            return end - begin;
        }
    }

    private void look() throws ExecutionException, InterruptedException {
        Map<TopicPartition, Span> impressions = spans(partitions(topics.impressions()));
        Map<TopicPartition, Tail> tails = tails(impressions);
        List<Traffic.Group> groups = List.of();
        Optional<String> problem = Optional.empty();
        try {
            groups = groups();
        } catch (ExecutionException e) {
            problem = Optional.of("how far the jobs are behind is not known: " + e.getCause());
        }
        Tail latest = tails.values().stream()
                .max(Comparator.comparingLong(Tail::latest))
                .orElse(Tail.UNKNOWN);
        listener.traffic(new Traffic(
                impressions.entrySet().stream()
                        .map(entry -> sent(
                                entry.getKey(), entry.getValue(), tails.getOrDefault(entry.getKey(), Tail.UNKNOWN)))
                        .sorted(Comparator.comparingInt(Traffic.Partition::partition))
                        .toList(),
                OptionalDouble.empty(),
                latest.dataset(),
                latest.provenance(),
                groups,
                problem));
    }

    private static Traffic.Partition sent(TopicPartition partition, Span span, Tail tail) {
        return new Traffic.Partition(
                partition.partition(),
                span.records() - (tail.ended() ? 1 : 0), // the end is no impression
                tail.latestMs(),
                tail.ended());
    }

    /** What the last records of a partition say. */
    private record Tail(OptionalLong latestMs, boolean ended, Optional<String> dataset, Optional<String> provenance) {

        private static final Tail UNKNOWN = new Tail(OptionalLong.empty(), false, Optional.empty(), Optional.empty());

        long latest() {
            return latestMs.orElse(Long.MIN_VALUE);
        }

        /** The same with the record behind it. */
        Tail plus(ConsumerRecord<byte[], byte[]> record, OptionalLong eventTimeMs) {
            return new Tail(
                    eventTimeMs.isPresent() ? eventTimeMs : latestMs,
                    header(record, Topics.END_OF_LOG_HEADER).isPresent(),
                    header(record, Topics.DATASET_HEADER).or(() -> dataset),
                    header(record, Topics.PROVENANCE_HEADER).or(() -> provenance));
        }
    }

    private List<TopicPartition> partitions(String topic) {
        return Optional.ofNullable(consumer.listTopics(Duration.ofSeconds(ANSWER_WITHIN_SECONDS))
                        .get(topic))
                .orElse(List.of())
                .stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    private Map<TopicPartition, Span> spans(List<TopicPartition> partitions)
            throws ExecutionException, InterruptedException {
        var begins = offsets(partitions, OffsetSpec.earliest());
        var ends = offsets(partitions, OffsetSpec.latest());
        Map<TopicPartition, Span> spans = new HashMap<>();
        for (TopicPartition partition : partitions) {
            spans.put(
                    partition,
                    new Span(
                            begins.partitionResult(partition).get().offset(),
                            ends.partitionResult(partition).get().offset()));
        }
        return spans;
    }

    private ListOffsetsResult offsets(List<TopicPartition> partitions, OffsetSpec which) {
        return admin.listOffsets(
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> which)));
    }

    /** The last records of each partition that has any: the very last may be the end of the log, which has no time. */
    private Map<TopicPartition, Tail> tails(Map<TopicPartition, Span> spans) {
        Map<TopicPartition, Span> filled = new HashMap<>(spans);
        filled.values().removeIf(span -> span.records() == 0);
        consumer.assign(filled.keySet());
        filled.forEach((partition, span) -> consumer.seek(partition, Math.max(span.begin(), span.end() - 2)));
        Map<TopicPartition, Tail> tails = new HashMap<>();
        Set<TopicPartition> open = new HashSet<>(filled.keySet());
        long deadline = System.nanoTime() + READ_WITHIN.toNanos();
        while (!open.isEmpty() && System.nanoTime() < deadline && closing.getCount() > 0) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                Tail before = tails.getOrDefault(partition, Tail.UNKNOWN);
                tails.put(partition, before.plus(record, eventTime(record)));
                if (record.offset()
                        >= filled.getOrDefault(partition, Span.EMPTY).end() - 1) {
                    open.remove(partition);
                }
            }
        }
        return tails;
    }

    private OptionalLong eventTime(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(codec.decode(record.value()).getEventTimeMs());
        } catch (MalformedRecordException e) {
            return OptionalLong.empty(); // the trainer's business
        }
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> record, String name) {
        return Optional.ofNullable(record.headers().lastHeader(name))
                .map(Header::value)
                .map(value -> new String(value, StandardCharsets.UTF_8));
    }

    private List<Traffic.Group> groups() throws ExecutionException, InterruptedException {
        Map<String, ListConsumerGroupOffsetsSpec> asked = admin.listGroups().all().get().stream()
                .collect(Collectors.toMap(GroupListing::groupId, group -> new ListConsumerGroupOffsetsSpec()));
        if (asked.isEmpty()) {
            return List.of();
        }
        Map<String, Map<TopicPartition, OffsetAndMetadata>> committed =
                admin.listConsumerGroupOffsets(asked).all().get();
        Map<TopicPartition, Span> read = spans(committed.values().stream()
                .flatMap(offsets -> offsets.keySet().stream())
                .filter(partition -> topics.all().contains(partition.topic()))
                .distinct()
                .toList());
        List<Traffic.Group> groups = new ArrayList<>();
        committed.forEach((group, offsets) -> {
            Map<String, Traffic.Group> byTopic = new HashMap<>();
            read.forEach((partition, span) -> {
                if (offsets.containsKey(partition)) {
                    byTopic.merge(
                            partition.topic(),
                            group(group, partition, span, Optional.ofNullable(offsets.get(partition))),
                            Traffic.Group::plus);
                }
            });
            groups.addAll(byTopic.values());
        });
        groups.sort(Comparator.comparingLong(Traffic.Group::lag)
                .reversed()
                .thenComparing(Traffic.Group::group)
                .thenComparing(Traffic.Group::topic));
        return groups;
    }

    private static Traffic.Group group(
            String group, TopicPartition partition, Span span, Optional<OffsetAndMetadata> committed) {
        long next = committed.map(OffsetAndMetadata::offset).orElse(span.begin());
        return new Traffic.Group(group, partition.topic(), span.records(), Math.max(0, span.end() - next));
    }
}
