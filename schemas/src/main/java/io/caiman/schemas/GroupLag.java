package io.caiman.schemas;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How far consumer groups are behind. */
public final class GroupLag {

    private GroupLag() {}

    /**
     * Records that a group has yet to commit, of the partitions it has committed to; empty where it has committed to none.
     *
     * @param patience how long to wait for each of two answers
     * @throws ExecutionException if the cluster refuses to answer
     * @throws TimeoutException if it does not answer in time
     */
    public static OptionalLong of(Admin admin, String group, Duration patience)
            throws ExecutionException, TimeoutException, InterruptedException {
        // A partition without a committed offset has null for one.
        Map<TopicPartition, Long> committed = admin
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(patience.toMillis(), TimeUnit.MILLISECONDS)
                .entrySet()
                .stream()
                .filter(entry -> Objects.nonNull(entry.getValue()))
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> offset(entry.getValue())));
        if (committed.isEmpty()) {
            return OptionalLong.empty();
        }
        Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(committed.keySet().stream()
                        .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                .all()
                .get(patience.toMillis(), TimeUnit.MILLISECONDS);
        return OptionalLong.of(ends.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue().offset() - committed.getOrDefault(end.getKey(), 0L)))
                .sum());
    }

    private static long offset(OffsetAndMetadata committed) {
        return committed.offset();
    }
}
